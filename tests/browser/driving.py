"""A headless Chromium for tests: at phone or desktop size, with the accessibility checker and screenshots.

Nothing is fetched: the browser and its driver are the system's, axe-core comes with a Python package that
only tests use. Screenshots are test output and land in `screenshots/`, which git ignores.
"""

import base64
import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.needs import DRIVER_NAME, browser_program

T = TypeVar("T")

PHONE: Final = (360, 740)
DESKTOP: Final = (1280, 900)
PATIENCE_S: Final = 30
SCREENSHOTS: Final = Path(__file__).parents[2] / "screenshots"
AXE_TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_ARGUMENTS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

_SCROLL_AND_WAIT: Final = """
const place = () => args[0].getBoundingClientRect().top;
const frame = () => new Promise(requestAnimationFrame);
let before;
do {
  args[0].scrollIntoView({block: "center", behavior: "instant"});
  before = place();
  await frame();
  await frame();
} while (before !== place());
"""


def axe_source() -> str:
    """The source of axe-core."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None and spec.origin is not None, "pip install axe-playwright-python"
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


class Browser:
    """One browser with its own profile."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Go to a page."""
        self.driver.get(url)

    def find(self, selector: str) -> WebElement:
        """The element that is there and visible, once it is."""

        def look(driver: webdriver.Chrome) -> WebElement | None:
            found = driver.find_elements(By.CSS_SELECTOR, selector)
            return next((each for each in found if each.is_displayed()), None)

        return self.wait(look, f"{selector} is to be seen")

    def wait(self, look: Callable[[webdriver.Chrome], T | None], what: str) -> T:
        """Wait until `look` gives something."""
        waiting = WebDriverWait(
            self.driver,
            PATIENCE_S,
            poll_frequency=0.05,
            ignored_exceptions=(StaleElementReferenceException,),
        )
        try:
            return waiting.until(look)  # type: ignore[return-value]
        except WebDriverException as error:
            logged = [entry["message"] for entry in self._log()]
            body = self.driver.find_element(By.TAG_NAME, "main").text
            raise AssertionError(f"waited for: {what}\n{body}\n{logged}") from error

    def text(self, selector: str) -> str:
        """The text of an element that is visible."""
        return self.find(selector).text

    def wait_text(self, selector: str, part: str) -> str:
        """The text of an element, once it holds `part`."""

        def look(driver: webdriver.Chrome) -> str | None:
            found = driver.find_elements(By.CSS_SELECTOR, selector)
            texts = [each.text for each in found if each.is_displayed() and part in each.text]
            return texts[0] if texts else None

        return self.wait(look, f"{part!r} in {selector}")

    def click(self, selector: str) -> None:
        """Click an element, once nothing above it moves it any more."""
        element = self.find(selector)
        self.run(_SCROLL_AND_WAIT, element)
        element.click()

    def type(self, selector: str, text: str) -> None:
        """Type into a field that is emptied first."""
        element = self.find(selector)
        element.clear()
        element.send_keys(text)

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of an async function in the page; what it returns or throws."""
        wrapped = (
            "const done = arguments[arguments.length - 1];"
            "const given = Array.from(arguments).slice(0, -1);"
            f"(async (...args) => {{ {script} }})(...given).then("
            "(value) => done({value: value === undefined ? null : value}),"
            "(error) => done({error: String(error && error.stack || error)}));"
        )
        answer = self.driver.execute_async_script(wrapped, *arguments)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def before_pages(self, script: str) -> None:
        """Run a script in every page from now on, before the page's own."""
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def block(self, *patterns: str) -> None:
        """Let nothing be loaded from addresses of these patterns, nor from what a service worker keeps."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBypassServiceWorker", {"bypass": True})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(patterns)})

    def clear_storage(self, origin: str) -> None:
        """Throw away what pages of this origin keep, as a person does in the browser's settings."""
        what = {"origin": origin, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", what)

    def offline(self, *, is_offline: bool) -> None:
        """Cut the network of the page and its service worker, or give it back."""
        if is_offline:
            self.driver.set_network_conditions(
                offline=True, latency=0, download_throughput=0, upload_throughput=0
            )
        else:
            self.driver.delete_network_conditions()

    def screenshot(self, name: str) -> None:
        """Keep what the whole page looks like."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.screenshot_to(SCREENSHOTS / f"{name}.png")

    def screenshot_to(self, path: Path) -> None:
        """Write what the whole page looks like there."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
        )
        path.write_bytes(base64.b64decode(picture["data"]))

    def settle(self) -> None:
        """Let the page's scripts finish what they began when it opened."""
        self.run(
            "await Promise.all([...document.querySelectorAll('script[type=module]')]"
            ".map((each) => import(each.src)))"
        )

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        wide: int = self.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    def text_size(self, percent: int) -> None:
        """Let people have their text so large, as browsers let them; 100 is as the page has it."""
        self.run(
            "const sheet = new CSSStyleSheet();"
            "sheet.replaceSync(`html { font-size: ${1.125 * args[0]}% !important }`);"
            "document.adoptedStyleSheets = [sheet];",
            percent,
        )

    def small_targets(self) -> list[str]:
        """What can be pressed and is smaller than 24 by 24 pixels; links within a sentence may be."""
        found: list[str] = self.run(
            "return [...document.querySelectorAll('a[href], button, input, select, summary')]"
            ".filter((each) => each.checkVisibility() && !each.closest('p, dd, .skip')"
            "  && !each.matches('.skip'))"
            ".filter((each) => { const box = each.getBoundingClientRect();"
            "  return box.width < 24 || box.height < 24; })"
            ".map((each) => each.outerHTML.slice(0, 80))"
        )
        return found

    def axe_violations(self) -> list[str]:
        """What axe-core finds against the page as it is."""
        found = None
        while (
            found is None
        ):  # a page that is loaded anew meanwhile, for a newer edition, has no axe
            self.driver.execute_script(axe_source())
            found = self.run(
                "return globalThis.axe === undefined ? null"
                " : (await axe.run(document, {runOnly: {type: 'tag', values: args[0]}})).violations",
                list(AXE_TAGS),
            )
        return [
            f"{each['id']}: {each['help']}: "
            + "; ".join(node["html"][:160] for node in each["nodes"][:4])
            for each in found
        ]

    def console_errors(self) -> list[str]:
        """What the browser's console complained about, a refused script or style included."""
        return [entry["message"] for entry in self._log() if entry["level"] == "SEVERE"]

    def _log(self) -> list[dict[str, str]]:
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return entries


@contextmanager
def browser(size: tuple[int, int], *, is_dark: bool = False) -> Iterator[Browser]:
    """A new browser with a new profile."""
    program, driver_path = browser_program(), shutil.which(DRIVER_NAME)
    assert program is not None and driver_path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = program
        for argument in (*_ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.add_argument(f"--window-size={size[0]},{size[1]}")
        if size == PHONE:
            metrics = {"width": size[0], "height": size[1], "pixelRatio": 1, "touch": True}
            options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(driver_path))
        try:
            driver.set_script_timeout(PATIENCE_S)
            if is_dark:
                features = [{"name": "prefers-color-scheme", "value": "dark"}]
                driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            yield Browser(driver)
        finally:
            driver.quit()
