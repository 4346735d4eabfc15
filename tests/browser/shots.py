"""Pictures of every page, to be looked at: three languages, a phone and a desk, light and dark.

    python -m tests.browser.shots FOLDER [NAME...]

writes `FOLDER/NAME_LANGUAGE_SIZE_SHADE.png`, and `FOLDER/index.html` with them side by side: of all
pages as they open, and of what they show after somebody has done something (`scenes`); with names, of those.
The federation is made up for it; it takes some minutes. No test: what is wrong with a picture, people see.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.browser.all_pages import MEMBERS, STRANGERS, bills_of, open_page
from tests.browser.driving import DESKTOP, PHONE, Browser, browser
from tests.browser.members import ask_to_join, join, make_wallet, pay
from tests.browser.scenes import desk_scenes, forked, member_scenes
from tests.browser.settings import LANGUAGES, SHADES, in_shade, in_size
from tests.browser.stage import Stage
from tests.browser.stages import furnish
from tests.browser.test_desk import federation_with_words
from tests.browser.test_notices import SETTINGS
from tests.browser.test_owners import key_of, share
from tests.builders import build_federation


def shots(folder: Path, names: Sequence[str] = ()) -> None:
    """All pictures and sheets, or those with one of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder, frozenset(names))
    with tempfile.TemporaryDirectory() as root, browser(PHONE) as driven:
        _of_members(Path(root) / "members", driven, camera)
        _of_stewards(Path(root) / "stewards", driven, camera)
    (folder / "index.html").write_text(_sheets(folder), encoding="utf-8")


def _of_members(root: Path, driven: Browser, camera: "Camera") -> None:
    root.mkdir()
    federation = build_federation(coops=2, clearing_limit=1_000_000)
    with Stage(root, federation, settings=SETTINGS) as stage:
        furnish(stage)
        bills = bills_of(stage)
        camera.take_pages(driven, stage, {**STRANGERS, **bills})
        driven.open(f"{stage.urls[1]}/wallet?lang=en")
        ana = key_of(join(driven, stage, 1, "ana", limit=50_000))
        pay(driven, "member1@norte", "12,5")
        camera.take_pages(driven, stage, {**MEMBERS, "bill-member": bills["bill"]})
        stage.run(stage.people(1).admit(8))
        share(stage, "member8", federation.member_key(1, 8), ana)
        for language in LANGUAGES:
            for name in member_scenes(driven, stage, language, "member8"):
                camera.take(driven, name, language)
        evidence = {"evidence": f"/evidence/{forked(stage)}", "books-forked": "/"}
        camera.take_pages(driven, stage, evidence, coop=2)


def _of_stewards(root: Path, driven: Browser, camera: "Camera") -> None:
    root.mkdir()
    with Stage(root, federation_with_words(), count=1) as stage:
        stage.run(stage.people(1).admit(1, 2))
        make_wallet(driven, stage.urls[1])
        ask_to_join(driven, "zoe")
        for language in LANGUAGES:
            for name in desk_scenes(driven, stage, language):
                camera.take(driven, name, language)


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes pictures into a folder; with `names`, of those only."""

    folder: Path
    names: frozenset[str]

    def take(self, driven: Browser, name: str, language: str) -> None:
        """What the browser shows, at both sizes and in both shades."""
        if self.names and name not in self.names:
            return
        for width, size in (("desk", DESKTOP), ("phone", PHONE)):
            in_size(driven, size)
            for shade in SHADES:
                in_shade(driven, shade)
                driven.screenshot_to(self.folder / f"{name}_{language}_{width}_{shade}.png")

    def take_pages(
        self, driven: Browser, stage: Stage, places: Mapping[str, str], *, coop: int = 1
    ) -> None:
        """Pages as they open, in each language."""
        for name, path in places.items():
            if self.names and name not in self.names:
                continue
            for language in LANGUAGES:
                open_page(driven, stage, path, language, coop=coop)
                self.take(driven, name, language)


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
    shots(Path(sys.argv[1]), sys.argv[2:])
