"""All pages in three languages, two sizes, two shades, with text once and twice as large: axe finds nothing.

Not all in one: `settings_of` says which language takes which, and how to have all.

`python -m tests.browser.shots FOLDER` makes pictures of the same pages, to be looked at.
"""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.all_pages import MEMBERS, STRANGERS, bills_of, open_page
from tests.browser.driving import PHONE, Browser, browser
from tests.browser.members import join
from tests.browser.settings import LANGUAGES, each_setting, in_size
from tests.browser.stage import Stage
from tests.browser.stages import furnish

pytestmark = pytest.mark.needs_browser

LINK = "/pay?to=member1@norte&amount=12.50&for=pan"


@pytest.fixture
def furnished(stage: Stage) -> Stage:
    """With members and payments."""
    return furnish(stage)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_at_every_setting(furnished: Stage, language: str) -> None:
    """Each is loaded once: two sizes, two shades, and the text once and twice as large."""
    with browser(PHONE) as driven:
        bills = bills_of(furnished)
        for name, path in {**STRANGERS, **bills}.items():
            open_page(driven, furnished, path, language)
            assert_good_at_every_setting(driven, name, language)
        driven.open(f"{furnished.urls[1]}/wallet?lang=en")
        join(driven, furnished, 1, "ana", limit=50_000)
        for name, path in {**MEMBERS, "bill of a member": bills["bill"]}.items():
            open_page(driven, furnished, path, language)
            assert_good_at_every_setting(driven, name, language)


def assert_good_at_every_setting(driven: Browser, name: str, language: str) -> None:
    """axe finds nothing, nothing is wider than the window, and a finger can press what can be pressed."""
    for setting in each_setting(driven, language):
        assert driven.axe_violations() == [], (name, setting)
        assert driven.overflow() == 0, (name, setting)
        assert driven.small_targets() == [], (name, setting)
    in_size(driven, PHONE)
    errors = [each for each in driven.console_errors() if "/no/such/page" not in each]
    assert errors == [], name


def test_the_books_verify_themselves_in_the_visitors_browser(
    furnished: Stage, desktop: Browser
) -> None:
    desktop.open(f"{furnished.urls[1]}/?lang=es")
    desktop.find("#check-form button").send_keys(Keys.ENTER)
    said = desktop.wait_text("#check-result", "asientos")
    assert "5 asientos" in said
    desktop.settle()
    assert desktop.axe_violations() == []
    desktop.screenshot("books-verified")


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ("content[content.length - 1] ^= 1", "chain does not lead"),
        ("content[0] = 0xc3", "does not hold"),
    ],
)
def test_a_log_that_was_tampered_with_is_found_out(
    furnished: Stage, desktop: Browser, forgery: str, said: str
) -> None:
    desktop.open(f"{furnished.urls[1]}/?lang=en")
    desktop.find("#check-form button")
    desktop.run(
        "const real = fetch; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (!path.includes('/entries')) return answer;"
        "  const content = new Uint8Array(await answer.arrayBuffer());"
        f"  {forgery};"
        "  return new Response(content, {headers: answer.headers}); }"
    )
    desktop.click("#check-form button")
    assert said in desktop.wait_text("#check-result", "does not hold")


def test_pages_are_readable_without_scripts(furnished: Stage, desktop: Browser) -> None:
    desktop.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    desktop.open(f"{furnished.urls[1]}/?lang=en")
    assert "Exactly zero" in desktop.text("main")
    assert "fiado audit" in desktop.text("main")
    desktop.open(f"{furnished.urls[1]}{LINK}&lang=en")
    assert "12.50" in desktop.text("h1")
    assert "member1@norte" in desktop.text("main")


def test_the_keyboard_alone_reaches_everything(furnished: Stage, desktop: Browser) -> None:
    desktop.open(f"{furnished.urls[1]}/?lang=en")
    desktop.find("#check-form button")
    reached = set()
    for _ in range(40):
        desktop.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(
            desktop.run(
                "const at = document.activeElement; const style = getComputedStyle(at);"
                "return at === document.body ? 'body' :"
                " `${at.outerHTML.slice(0, 60)}|${style.outlineStyle}|${style.outlineWidth}`"
            )
        )
    focused = [each for each in reached if each != "body"]
    assert all("|solid|3px" in each for each in focused), focused
    links = desktop.driver.find_elements(By.CSS_SELECTOR, "a[href], button, select, [tabindex='0']")
    visible = [each for each in links if each.is_displayed()]
    assert len(focused) >= len(visible)


def test_markup_in_every_text_field_is_shown_and_not_run(
    furnished: Stage, desktop: Browser
) -> None:
    markup = "%3Cimg%20src=x%20onerror=alert(1)%3E%3Cscript%3Ealert(2)%3C/script%3E"
    for path in (
        f"/pay?to=member1@norte&amount=1&for={markup}",
        f"/pay?to={markup}",
        f"/pay?to=member1@norte&amount={markup}",
        f"/pay?to=member1@norte&ref={markup}",
        f"/?lang={markup}",
        f"/wallet#receipt?id={markup}",
    ):
        desktop.open(furnished.urls[1] + path)
        desktop.find("h1")
        assert (
            desktop.run("return document.querySelectorAll('img[src=x], script:not([src])').length")
            == 0
        )
    desktop.open(f"{furnished.urls[1]}/pay?to=member1@norte&amount=1&for={markup}")
    assert "<script>alert(2)</script>" in desktop.text("#request")
