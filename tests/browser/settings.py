"""What one loaded page is looked at with, without loading it again: size, shade, and size of the text."""

from typing import Final

from node.words.codes import NAMES
from tests.browser.driving import PHONE, Browser

LANGUAGES: Final = tuple(NAMES)
SHADES: Final = ("light", "dark")


def in_size(browser: Browser, size: tuple[int, int]) -> None:
    """Give the window this size; a phone's is touched."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def in_shade(browser: Browser, shade: str) -> None:
    """Ask pages for light or dark."""
    features = [{"name": "prefers-color-scheme", "value": shade}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
