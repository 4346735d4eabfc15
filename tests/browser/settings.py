"""What one loaded page is looked at with, without loading it again: size, shade, and size of the text."""

from collections.abc import Iterator
from typing import Final

from node.words.codes import NAMES
from tests.browser.driving import DESKTOP, PHONE, Browser

LANGUAGES: Final = tuple(NAMES)
SHADES: Final = ("light", "dark")
TEXT_SIZES: Final = (200, 100)
"""In percent; as large as WCAG 1.4.4 asks for, and as the page has it."""


def in_size(browser: Browser, size: tuple[int, int]) -> None:
    """Give the window this size; a phone's is touched."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def in_shade(browser: Browser, shade: str) -> None:
    """Ask pages for light or dark."""
    features = [{"name": "prefers-color-scheme", "value": shade}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def each_setting(browser: Browser) -> Iterator[str]:
    """Have the page at each size, in each shade and size of text, one after the other."""
    for size in (PHONE, DESKTOP):
        in_size(browser, size)
        for shade in SHADES:
            in_shade(browser, shade)
            for percent in TEXT_SIZES:
                browser.text_size(percent)
                yield f"{size[0]} {shade} {percent} %"
