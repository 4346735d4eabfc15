"""The counter's list of the day: a page, then what is new; bills are taken up again and withdrawn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.engine.view import View
from node.merchant.invoice import Invoice
from node.merchant.merchants import merchants_of
from node.merchant.movements import Direction, Movement
from node.merchant.states import State
from node.store import Write
from tests.browser.driving import Browser
from tests.browser.members import join
from tests.browser.stage import Stage
from tests.browser.test_counter import make_bill, open_counter
from tests.builders import build_federation

pytestmark = pytest.mark.needs_browser

INVOICES = 5000
UNPAID_EACH = 50
REFUNDS = 10
ASKED = (
    "return performance.getEntriesByType('resource')"
    ".filter(({name}) => /v1.(invoices.state|merchant)/.test(name))"
    ".map(({name, transferSize}) => [name, transferSize])"
)
ACCOUNT = (
    "const {Store} = await import('/web/parts/store.js');"
    "return (await (await Store.open()).wallet()).account"
)
DAY = (
    "const {Store} = await import('/web/parts/store.js');"
    "const token = await (await Store.open()).read('merchant-key');"
    "const headers = {Authorization: `Bearer ${token}`};"
    "const {days: [day], time} = await (await fetch('/v1/merchant/takings', {headers})).json();"
    "return [day.begins, time]"
)


def invoice(number: int, account: int, time: int, state: State) -> Invoice:
    return Invoice(
        id=f"{number:032x}",
        account=account,
        reference=number.to_bytes(32, "big"),
        amount=100,
        expires=time + 900,
        created_ms=time * 1000,
        link=f"https://norte.example/p/{number:032x}",
        description=f"bread {number}",
        state=state,
        changed=time,
        settled=time if state is State.SETTLED else None,
    )


def movement(number: int, account: int, time: int, type_: Direction) -> Movement:
    amount = 100 if type_ is Direction.PAYMENT else 30
    return Movement(
        type=type_,
        account=account,
        invoice=f"{number:032x}",
        log=1,
        number=number,
        time=time,
        amount=amount,
    )


def write(stage: Stage, invoices: list[Invoice], movements: list[Movement]) -> None:
    """Keep them at the node of coop 1 as if they had happened."""

    def add(view: View) -> tuple[Write, None]:
        desk = merchants_of(view).context.desk
        for each in (
            *(one.to_record(due=None) for one in invoices),
            *(m.to_record() for m in movements),
        ):
            desk.add(each)
        return Write(), None

    async def change() -> None:
        await stage.nodes[1].runner.change(add)

    stage.run(change())


def busy_day(stage: Stage, account: int, begins: int, now: int) -> None:
    """Thousands of invoices over the day so far: most are paid, some expired, a few were refunded."""
    invoices, movements = [], []
    for number in range(1, INVOICES + 1):
        time = begins + (now - begins) * number // (INVOICES + 1)
        is_paid = number % UNPAID_EACH != 0
        invoices.append(invoice(number, account, time, State.SETTLED if is_paid else State.EXPIRED))
        if is_paid:
            movements.append(movement(number, account, time, Direction.PAYMENT))
        if number % (INVOICES // REFUNDS) == 1:
            movements.append(movement(number, account, time, Direction.REFUND))
    write(stage, invoices, movements)


def asked(browser: Browser) -> tuple[int, int]:
    """How many requests the list has made since it was last asked, and how many bytes came."""
    found = browser.run(ASKED)
    browser.run("performance.clearResourceTimings()")
    return len(found), sum(size for _, size in found)


def next_customer(browser: Browser) -> None:
    """Go on, once the bill's state and clock stand there and move the button no more."""
    browser.wait_text("#bill-state", "Waiting")
    browser.wait_text("#bill-left", "left")
    browser.click("#next")


def lines(browser: Browser) -> list[str]:
    """What the list's lines are for, from above."""
    found: list[str] = browser.run(
        "return [...document.querySelectorAll('#today .who')].map((each) => each.textContent)"
    )
    return found


@pytest.fixture
def shop(tmp_path: Path, phone: Browser) -> Iterator[tuple[Stage, int, int, int]]:
    """A busy day at a counter that opens anew; the node, the shop's account, when the day began, and now."""
    with Stage(tmp_path, build_federation(coops=1), count=1, settings='zone = "UTC"\n') as stage:
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        join(phone, stage, 1, "almacen")
        account = phone.run(ACCOUNT)
        open_counter(phone, stage, 1)
        begins, now = phone.run(DAY)
        busy_day(stage, account, begins, now)
        phone.open(f"{stage.urls[1]}/pos?lang=en")
        phone.wait_text("#today-sum", "Payments: 4900. Received: 4,900.00.")
        phone.wait_text("#today", "bread 5000")
        phone.settle()
        yield stage, account, begins, now


def test_a_busy_day_opens_with_a_page(shop: object, phone: Browser) -> None:
    assert "Given back: 3.00. Left: 4,897.00." in phone.text("#today-sum")
    requests, size = asked(phone)
    assert requests == 3  # sums, payments, bills
    assert size < 15_000
    assert lines(phone) == [f"bread {number}" for number in range(5000, 4950, -1)]
    phone.screenshot("counter-busy-day-phone")
    assert phone.axe_violations() == []
    phone.click("#more")
    phone.wait_text("#today", "bread 4901")
    assert asked(phone)[0] <= 2
    assert lines(phone) == [f"bread {number}" for number in range(5000, 4900, -1)]


def test_a_busy_day_fetches_what_is_new(shop: tuple[Stage, int, int, int], phone: Browser) -> None:
    stage, account, begins, now = shop
    # One is paid while a bill is shown: coming back asks for that and the open bill, nothing else.
    make_bill(phone, "3", "honey")
    write(stage, [], [movement(9999, account, now, Direction.PAYMENT)])
    asked(phone)
    next_customer(phone)
    phone.wait_text("#today-sum", "Payments: 4901. Received: 4,901.00.")
    phone.wait_text("#today", "honey")
    requests, size = asked(phone)
    assert requests == 3
    assert size < 4_000
    assert lines(phone) == [
        "honey",
        "Bill",
        *(f"bread {number}" for number in range(5000, 4952, -1)),
    ]
    # One that was long on its way counts, and stands, at its own time among the others.
    write(
        stage,
        [],
        [movement(8888, account, begins + (now - begins) * 4990 // 5001, Direction.PAYMENT)],
    )
    make_bill(phone, "4", "cheese")
    next_customer(phone)
    phone.wait_text("#today-sum", "Payments: 4902. Received: 4,902.00.")
    phone.wait_text("#today", "cheese")
    found = lines(phone)
    assert found[:3] == ["cheese", "honey", "Bill"]
    assert found.count("Bill") == 2


def test_a_bill_of_the_day_is_shown_again_and_withdrawn_from_the_list(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "almacen")
    open_counter(desktop, stage, 2)
    honey = make_bill(desktop, "7", "honey")
    next_customer(desktop)
    bread = make_bill(desktop, "3", "bread")
    next_customer(desktop)
    desktop.wait_text("#today", "honey")
    desktop.screenshot("counter-open-bills-desktop")
    assert desktop.axe_violations() == []

    phone.open(honey)
    phone.click(f'[data-home="{stage.urls[1]}"]')
    phone.find("#review-pay")
    desktop.click('#today button[aria-label="Withdraw this bill, 7.00, honey"]')
    desktop.wait_text("#today", "withdrawn")
    phone.click("#review-pay")
    phone.wait_text("main", "withdrawn")
    assert stage.balance(2, "almacen") == 0

    desktop.click('#today button[aria-label="Show the code again, 3.00, bread"]')
    desktop.find("#bill-qr")
    assert desktop.find("#bill-link").get_attribute("href") == bread
    phone.open(bread)
    phone.click("#pay-home")
    phone.click("#review-pay")
    desktop.wait_text("#paid-payer", "ana@norte")
    desktop.click("#paid-next")
    desktop.wait_text("#today", "+3.00")
    assert desktop.run("return document.querySelectorAll('#today li').length") == 2
    # What was paid can be given back, and no more be withdrawn or shown.
    words = "return [...document.querySelectorAll('#today button')].map((each) => each.ariaLabel)"
    assert desktop.run(words) == ["Give back, 3.00, bread"]
    assert stage.balance(2, "almacen") == 300


def test_a_bill_that_was_paid_meanwhile_is_not_withdrawn(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "almacen")
    open_counter(phone, stage, 1)
    link = make_bill(phone, "7", "honey")
    next_customer(phone)
    phone.find("#today button")
    phone.run(
        "const {Store} = await import('/web/parts/store.js');"
        "const token = await (await Store.open()).read('merchant-key');"
        "const headers = {Authorization: `Bearer ${token}`};"
        "const answer = await fetch(`/v1/invoices/${args[0]}/mark`, {method: 'POST', headers});"
        "if (!answer.ok) throw new Error(answer.status)",
        link.rpartition("/")[2],
    )
    phone.click('#today button[aria-label^="Withdraw"]')
    phone.find("#notice p")
    assert phone.run("return document.querySelectorAll('#today li').length") == 0
