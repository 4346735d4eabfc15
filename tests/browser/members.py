"""What members do in the browser wallet, step by step, as a person would."""

from selenium.webdriver.common.by import By

from tests.browser.driving import Browser
from tests.browser.stage import Stage


def make_wallet(browser: Browser, url: str) -> list[str]:
    """Make a new wallet and confirm its words; returns them."""
    words = confirm_words(browser, url)
    browser.find("#handle")
    return words


def confirm_words(browser: Browser, url: str) -> list[str]:
    """Be shown the words of a new wallet and type those that are asked for; returns them."""
    browser.open(f"{url}/wallet")
    browser.click("#begin-new")
    browser.find("#word-list li")
    words = [each.text for each in browser.driver.find_elements(By.CSS_SELECTOR, "#word-list li")]
    browser.click("#words-written")
    browser.find("#confirm-fields input")
    for field in browser.driver.find_elements(By.CSS_SELECTOR, "#confirm-fields input"):
        place = field.get_attribute("data-place")
        assert place is not None
        field.send_keys(words[int(place)])
    browser.click("#confirm-form .primary")
    return words


def ask_to_join(browser: Browser, handle: str) -> None:
    """Ask to be admitted under a name."""
    browser.type("#handle", handle)
    browser.click("#join-form .primary")
    browser.find("#waiting-look")


def join(browser: Browser, stage: Stage, coop: int, handle: str, *, limit: int = 0) -> list[str]:
    """Make a wallet, ask to join, be admitted by two stewards, and be given a limit."""
    words = make_wallet(browser, stage.urls[coop])
    ask_to_join(browser, handle)
    (draft,) = stage.waiting_drafts(coop)
    stage.sign_draft(coop, draft["id"], 0, 1)
    if limit:
        stage.grant_limit(coop, draft["account"], limit)
    browser.click("#waiting-look")
    browser.find("#balance-words")
    browser.wait_text("#balance-words", "zero")
    return words


def begin_payment(browser: Browser, to: str, amount: str) -> None:
    """Fill in a payment up to the last question."""
    browser.find("#available:not(:empty)")  # nothing moves under the finger any more
    browser.click('a[href="#pay"]')
    browser.type("#pay-to", to)
    browser.type("#pay-amount", amount)
    browser.click("#pay-form .primary")
    browser.find("#review-pay")


def pay(browser: Browser, to: str, amount: str) -> None:
    """Pay, and see the receipt."""
    begin_payment(browser, to, amount)
    browser.click("#review-pay")
    browser.wait_text("#receipt-proof", "in this browser")


def go_home(browser: Browser) -> None:
    """Back to balance and history."""
    browser.click('#receipt a[href="#home"]')
    browser.find("#balance-words")
