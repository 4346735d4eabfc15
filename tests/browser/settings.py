"""What one loaded page is looked at with, without loading it again: size, shade, and size of the text.

Of the eight settings each language takes four: those with an even number of differences from a phone in
the light with small text, or those with an odd one. So a page is seen with each pair of two things in each
language, and with all three by one language or another. `FIADO_SETTINGS=all` takes all eight in each.
"""

import os
from collections.abc import Iterator
from itertools import product
from typing import Final

from node.words.codes import NAMES
from tests.browser.driving import DESKTOP, PHONE, Browser

LANGUAGES: Final = tuple(NAMES)
SIZES: Final = (PHONE, DESKTOP)
SHADES: Final = ("light", "dark")
TEXT_SIZES: Final = (100, 200)
"""In percent; as large as WCAG 1.4.4 asks for, and as the page has it."""


def in_size(browser: Browser, size: tuple[int, int]) -> None:
    """Give the window this size; a phone's is touched."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def in_shade(browser: Browser, shade: str) -> None:
    """Ask pages for light or dark."""
    features = [{"name": "prefers-color-scheme", "value": shade}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def each_setting(browser: Browser, language: str) -> Iterator[str]:
    """Have the page as each setting of this language, one after the other."""
    for size, shade, percent in settings_of(language):
        in_size(browser, size)
        in_shade(browser, shade)
        browser.text_size(percent)
        yield f"{size[0]} {shade} {percent} %"


def settings_of(language: str) -> list[tuple[tuple[int, int], str, int]]:
    """Size, shade, and percent of the text."""
    places = product(range(2), repeat=3)
    half = LANGUAGES.index(language) % 2
    is_all = os.environ.get("FIADO_SETTINGS") == "all"
    return [
        (SIZES[size], SHADES[shade], TEXT_SIZES[text])
        for size, shade, text in places
        if is_all or (size + shade + text) % 2 == half
    ]
