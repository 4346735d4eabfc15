"""Pictures of every page, to be looked at: three languages, a phone and a desk, light and dark.

    python -m tests.browser.shots FOLDER

writes `FOLDER/NAME_LANGUAGE_SIZE_SHADE.png`, and `FOLDER/index.html`, which shows them beside each other. The
federation is made up for it; it takes a minute or two. No test: what is wrong with a picture, people see.
"""

import sys
import tempfile
from pathlib import Path

from tests.browser.all_pages import MEMBERS, STRANGERS, bills_of, open_page
from tests.browser.driving import DESKTOP, PHONE, Browser, browser
from tests.browser.members import join, pay
from tests.browser.settings import LANGUAGES, SHADES, in_shade, in_size
from tests.browser.stage import Stage
from tests.browser.stages import furnish
from tests.builders import build_federation


def shots(folder: Path) -> None:
    """All pictures and sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as root,
        Stage(Path(root), build_federation(coops=2, clearing_limit=1_000_000)) as stage,
        browser(PHONE) as driven,
    ):
        furnish(stage)
        bills = bills_of(stage)
        _each(driven, stage, {**STRANGERS, **bills}, folder)
        driven.open(f"{stage.urls[1]}/wallet?lang=en")
        join(driven, stage, 1, "ana", limit=50_000)
        pay(driven, "member1@norte", "12,5")
        _each(driven, stage, {**MEMBERS, "bill-member": bills["bill"]}, folder)
    (folder / "index.html").write_text(_sheets(folder), encoding="utf-8")


def _each(driven: Browser, stage: Stage, places: dict[str, str], folder: Path) -> None:
    for name, path in places.items():
        for language in LANGUAGES:
            open_page(driven, stage, path, language)
            for width, size in (("phone", PHONE), ("desk", DESKTOP)):
                in_size(driven, size)
                for shade in SHADES:
                    in_shade(driven, shade)
                    driven.screenshot_to(folder / f"{name}_{language}_{width}_{shade}.png")


def _sheets(folder: Path) -> str:
    """A page with all pictures: a row for each page and size, three languages and two shades."""
    rows = []
    for name in sorted({path.stem.split("_")[0] for path in folder.glob("*_*.png")}):
        for size, width in (("phone", 320), ("desk", 640)):
            pictures = "".join(
                f'<img src="{name}_{language}_{size}_{shade}.png" width="{width}" alt="">'
                for shade in SHADES
                for language in LANGUAGES
            )
            rows.append(f"<h2>{name}, {size}</h2><p style='white-space: nowrap'>{pictures}</p>")
    return f"<!doctype html><meta charset=utf-8><title>Pages</title>{''.join(rows)}"


if __name__ == "__main__":
    shots(Path(sys.argv[1]))
