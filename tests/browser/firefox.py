"""A headless Firefox for tests, driven like the Chromium of `driving`, by the parts that both have.

What goes over Chromium's own protocol is not there: cutting the network, and the log of the console.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

from selenium import webdriver
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service

from tests.browser.driving import PATIENCE_S, SCREENSHOTS, Browser
from tests.needs import FIREFOX_DRIVER_NAME, firefox_program

_QUIET: Final[dict[str, bool | int | str]] = {
    "app.update.auto": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,",
}
"""Nothing is asked outside the machine."""


class Firefox(Browser):
    """A Firefox with its own profile."""

    def __init__(self, driver: webdriver.Firefox) -> None:
        super().__init__(cast(webdriver.Chrome, driver))
        self._firefox = driver

    def before_pages(self, script: str) -> None:
        """Run a script in every page from now on, before the page's own."""
        self._firefox.script.pin(f"() => {{ {script} }}")

    def screenshot(self, name: str) -> None:
        """Keep what the whole page looks like."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self._firefox.get_full_page_screenshot_as_file(str(SCREENSHOTS / f"{name}.png"))

    def _log(self) -> list[dict[str, str]]:
        return []


@contextmanager
def firefox(
    size: tuple[int, int], *, preferences: dict[str, bool | int | str] | None = None
) -> Iterator[Firefox]:
    """A new Firefox with a new profile and these preferences."""
    program, driver_path = firefox_program(), shutil.which(FIREFOX_DRIVER_NAME)
    assert program is not None and driver_path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        options = Options()
        options.binary_location = program
        options.add_argument("-headless")
        options.web_socket_url = True
        for name, value in {**_QUIET, **(preferences or {})}.items():
            options.set_preference(name, value)
        service = Service(driver_path, service_args=["--profile-root", root])
        driver = webdriver.Firefox(options=options, service=service)
        try:
            driver.set_script_timeout(PATIENCE_S)
            driver.set_window_size(*size)
            yield Firefox(driver)
        finally:
            driver.quit()
