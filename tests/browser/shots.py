"""Pictures of every page, to be looked at: three languages, a phone and a desk, light and dark.

    python -m tests.browser.shots FOLDER

writes `FOLDER/NAME_LANGUAGE_SIZE_SHADE.png`, and `FOLDER/index.html`, which shows them beside each other. The
federation is made up for it; it takes a minute or two. No test: what is wrong with a picture, people see.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.browser.bills import Till
from tests.browser.driving import DESKTOP, PHONE, Browser, browser
from tests.browser.members import join, pay
from tests.browser.settings import LANGUAGES, SHADES, in_shade, in_size
from tests.browser.stage import Stage
from tests.browser.stages import furnish
from tests.builders import build_federation

STRANGERS: Final = {
    "books": "/",
    "commons": "/commons",
    "federation": "/federation",
    "wallet-none": "/wallet",
    "pay": "/pay?to=member1@norte&amount=1250.50&for=pan",
    "me-none": "/me",
    "statement-none": "/statement",
    "votes-none": "/votes",
    "guarantees-none": "/guarantees",
    "verify": "/verify",
    "counter-none": "/pos",
    "selling-none": "/selling",
    "desk-none": "/desk",
    "lost": "/no/such/page",
}
"""Pages as somebody sees them who has no wallet."""
MEMBERS: Final = {
    "wallet": "/wallet",
    "wallet-pay": "/wallet#pay",
    "wallet-request": "/wallet#request",
    "wallet-settings": "/wallet#settings",
    "me": "/me",
    "statement": "/statement",
    "votes": "/votes",
    "guarantees": "/guarantees",
    "counter": "/pos",
    "counter-day": "/pos#day",
    "selling": "/selling",
}
"""Pages that show a member's own."""


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


def bills_of(stage: Stage) -> dict[str, str]:
    """Bills by what has become of them."""
    till = Till(stage, 1)
    open_, withdrawn = till.make(redirect_url="https://shop.example/7"), till.make()
    till.withdraw(withdrawn)
    strip = stage.urls[1]
    return {
        "bill": open_["link"].removeprefix(strip),
        "bill-withdrawn": withdrawn["link"].removeprefix(strip),
    }


def _each(driven: Browser, stage: Stage, places: dict[str, str], folder: Path) -> None:
    for name, path in places.items():
        for language in LANGUAGES:
            before, sharp, rest = path.partition("#")
            sign = "&" if "?" in before else "?"
            driven.open("about:blank")
            driven.open(f"{stage.urls[1]}{before}{sign}lang={language}{sharp}{rest}")
            driven.find("h1")
            driven.settle()
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
