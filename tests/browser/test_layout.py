"""What a cheap phone shows without scrolling, 360 by 740: one line of head, and the first thing to do."""

from itertools import pairwise

import pytest

from tests.browser.bills import Till
from tests.browser.driving import PHONE, Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_counter import make_bill, open_counter

pytestmark = pytest.mark.needs_browser

MOST_HEAD = 64
PAGES = (
    "/",
    "/commons",
    "/federation",
    "/guarantees",
    "/keys",
    "/owners",
    "/till",
    "/desk",
    "/wallet",
    "/pay?to=member7@norte&amount=12.50",
    "/me",
    "/votes",
    "/verify",
    "/pos",
    "/selling",
    "/none",
)

_BOTTOMS = (
    "return [...document.querySelectorAll(args[0])].filter((each) => each.checkVisibility())"
    ".map((each) => each.getBoundingClientRect().bottom + scrollY)"
)
_TO_DO = "main :is(a[href], button, input, textarea, summary)"


def lowest(phone: Browser, selector: str) -> float:
    """Where what comes first among these ends, in pixels from the top of the page."""
    return float(min(phone.run(_BOTTOMS, selector)))


def test_the_head_is_one_line_and_the_first_thing_to_do_is_to_be_seen(
    stage: Stage, phone: Browser
) -> None:
    bill = Till(stage, 1).make(description="Donaudampfschifffahrtsgesellschaftskapitänsmützen")
    for path in (*PAGES, bill["link"].removeprefix(stage.urls[1])):
        for language in ("es", "pt", "en"):
            sign = "&" if "?" in path else "?"
            phone.open(f"{stage.urls[1]}{path}{sign}lang={language}")
            phone.find("main h1")
            phone.settle()
            assert lowest(phone, ".top") <= MOST_HEAD, path
            assert lowest(phone, _TO_DO) <= PHONE[1], (path, language)
            assert phone.overflow() == 0, path
            # As large as WCAG 1.4.4 asks for.
            phone.text_size(200)
            assert phone.overflow() == 0, (path, language)
            assert phone.axe_violations() == [], (path, language)
    phone.open(stage.urls[1])
    phone.click(".menu summary")
    phone.click('.menu a[href="/wallet"]')
    phone.find("#begin-new")


def test_nothing_of_the_head_but_the_mark_stands_beside_a_payment(
    stage: Stage, phone: Browser
) -> None:
    till = Till(stage, 1)
    join(phone, stage, 1, "ana", limit=50_000)
    phone.open(f"{till.make()['link']}?lang=es")
    for press in ("#pay-here", "#review-pay", '#receipt a[href="#home"]'):
        phone.find(press)
        assert phone.run(_BOTTOMS, ".top nav, .menu") == []
        assert lowest(phone, _TO_DO) <= PHONE[1]
        assert phone.axe_violations() == []
        assert_large_text_fits(phone)
        phone.click(press)
    phone.find(".menu summary")
    for path in (
        "/wallet",
        "/wallet#pay",
        "/wallet#request",
        "/me",
        "/votes",
        "/guarantees",
        "/keys",
    ):
        phone.open("about:blank")
        phone.open(f"{stage.urls[1]}{path}")
        phone.find("main h1")
        phone.settle()
        assert lowest(phone, _TO_DO) <= PHONE[1], path
        assert_large_text_fits(phone)


def assert_large_text_fits(phone: Browser) -> None:
    """With text twice as large nothing is wider than the screen."""
    phone.text_size(200)
    assert phone.overflow() == 0
    assert phone.axe_violations() == []
    phone.text_size(100)


_BOXES = """
return [...document.querySelectorAll("#tip, [data-tip]")]
  .map((each) => each.getBoundingClientRect().toJSON());
"""


def test_at_the_counter_nobody_scrolls_and_paid_fills_the_screen(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "almacen")
    open_counter(phone, stage, 1)
    assert lowest(phone, "#till-form .primary") <= PHONE[1]
    phone.click("#extras summary")
    # Below the tip's field its three buttons in one row, and nothing is glued together.
    boxes = phone.run(_BOXES)
    field, *buttons = boxes
    assert len({box["top"] for box in buttons}) == 1
    assert buttons[0]["top"] - field["bottom"] >= 8
    assert all(right["left"] - left["right"] >= 8 for left, right in pairwise(buttons))
    link = make_bill(phone, "12,5", "bread")
    phone.run("window.shaken = []; navigator.vibrate = (pattern) => window.shaken.push(pattern)")
    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    join(desktop, stage, 1, "ana", limit=50_000)
    desktop.open(link)
    desktop.click("#pay-here")
    desktop.click("#review-pay")
    desktop.wait_text("#receipt-head", "12.50 fiado\nana@norte")
    assert phone.wait_text("#paid-payer", "ana@norte")
    assert phone.text("#paid-amount") == "12.50 fiado"
    size = phone.run(
        "const {width, height} = document.getElementById('paid').getBoundingClientRect();"
        "return [width, height]"
    )
    assert size == list(PHONE)
    assert phone.run("return window.shaken.length") == 1
    assert phone.axe_violations() == []
    phone.screenshot("counter-paid-phone")
    phone.click("#paid-next")
    phone.find("#sum")
