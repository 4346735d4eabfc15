"""Nobody pays twice in the browser: other tabs and devices, changed bills, answers that prove nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.browser.bills import Till
from tests.browser.driving import Browser
from tests.browser.members import begin_payment, join, pay
from tests.browser.stage import Stage
from tests.node.running import JsonObject

pytestmark = pytest.mark.needs_browser


@contextmanager
def second_tab(browser: Browser) -> Iterator[None]:
    """Another tab of the same browser, with the same wallet, while the block lasts."""
    driver = browser.driver
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    try:
        yield
    finally:
        driver.close()
        driver.switch_to.window(first)


def a_payer(stage: Stage, phone: Browser) -> None:
    """Ana of coop 1, with a wallet and a limit of 500.00."""
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)


def look_at_bill(phone: Browser, stage: Stage, bill: JsonObject) -> None:
    """Open a bill in Ana's wallet, up to the last question."""
    reference = bill["reference"]
    query = f"to=member7@sur&amount=12.50&for=bread&ref={reference}&bill={bill['link']}"
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?{query}")
    phone.find("#review-pay")


def test_two_tabs_that_pay_one_payee_pay_once(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    begin_payment(phone, "member7@norte", "3")
    with second_tab(phone):
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        pay(phone, "member7@norte", "3")
    assert not phone.driver.find_element("id", "review-warning").is_displayed()
    phone.click("#review-pay")
    phone.wait_text("#review-warning", "You paid 3.00 fiado to member7@norte")
    phone.screenshot("wallet-paid-in-another-tab-phone")
    assert stage.balance(1, "ana") == -300
    # Whoever means it presses again.
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert stage.balance(1, "ana") == -600


def test_another_amount_to_the_payee_meanwhile_is_asked_about_too(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    begin_payment(phone, "member7@norte", "3")
    with second_tab(phone):
        phone.open(f"{stage.urls[1]}/wallet?lang=en")
        pay(phone, "member7@norte", "3.50")
    phone.click("#review-pay")
    phone.wait_text("#review-warning", "You paid 3.50 fiado to member7@norte")
    assert stage.balance(1, "ana") == -350


def test_a_payment_from_another_device_is_asked_about(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    """Two browsers with one key know of each other through the node only."""
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    words = join(phone, stage, 1, "ana", limit=50_000)
    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.click("#begin-restore")
    desktop.type("#restore-words", " ".join(words))
    desktop.click("#restore-form .primary")
    desktop.wait_text("#balance-words", "zero")
    begin_payment(phone, "member7@norte", "3")
    pay(desktop, "member7@norte", "3")
    phone.click("#review-pay")
    phone.wait_text("#review-warning", "You paid 3.00 fiado to member7@norte")
    assert stage.balance(1, "ana") == -300


def test_two_tabs_that_pay_one_bill_pay_once(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make()
    look_at_bill(phone, stage, bill)
    with second_tab(phone):
        look_at_bill(phone, stage, bill)
        phone.click("#review-pay")
        phone.wait_text("#receipt-proof", "in this browser")
    till.until(bill, "settled")
    phone.click("#review-pay")
    phone.wait_text("#notice", "This bill is paid already")
    phone.screenshot("wallet-bill-paid-already-phone")
    assert stage.balance(1, "ana") == -1250


def test_a_bill_whose_payment_the_shop_has_not_heard_of_is_not_paid_again(
    stage: Stage, phone: Browser
) -> None:
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make()
    look_at_bill(phone, stage, bill)
    with second_tab(phone):
        look_at_bill(phone, stage, bill)
        stage.stop(2)
        phone.click("#review-pay")
        # The shop's node is down: the payer is told, and pays all the same.
        phone.wait_text("#review-warning", "can't be reached now")
        phone.screenshot("wallet-shop-silent-phone")
        phone.click("#review-pay")
        phone.wait_text("#receipt-proof", "in this browser")
    phone.click("#review-pay")
    phone.wait_text("#review-warning", "can't be reached now")
    phone.click("#review-pay")
    phone.wait_text("#review-error", "Your payment is on its way")
    assert stage.balance(1, "ana") == -1250
    # The same link, opened anew while the shop is silent.
    look_at_bill(phone, stage, bill)
    phone.wait_text("#review-warning", "You paid 12.50 fiado")
    phone.click("#review-pay")
    phone.wait_text("#review-error", "Your payment is on its way")
    assert stage.balance(1, "ana") == -1250


def test_a_bill_that_was_withdrawn_meanwhile_is_not_paid(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make()
    look_at_bill(phone, stage, bill)
    till.withdraw(bill)
    phone.click("#review-pay")
    phone.wait_text("#notice", "The shop has withdrawn this bill")
    # Nor when its link is opened, pasted or scanned afterwards.
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.click('a[href="#pay"]')
    phone.type("#pay-to", bill["link"])
    phone.click("#pay-form .primary")
    phone.wait_text("#notice", "The shop has withdrawn this bill")
    assert stage.balance(1, "ana") == 0


def test_a_bill_that_is_too_late_is_not_paid(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make(expires_in=1)
    till.until(bill, "expired")
    phone.click('a[href="#pay"]')
    phone.type("#pay-to", bill["link"])
    phone.click("#pay-form .primary")
    phone.wait_text("#notice", "Too late")
    assert stage.balance(1, "ana") == 0


def test_what_a_bill_asks_for_comes_from_the_shop_and_not_from_the_link(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(9))
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make()
    for tampered in (
        f"to=member7@sur&amount=125&for=bread&ref={bill['reference']}&bill={bill['link']}",
        f"to=member9@norte&amount=12.50&for=bread&ref={bill['reference']}&bill={bill['link']}",
    ):
        phone.open("about:blank")
        phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?{tampered}")
        assert phone.text("#review-amount") == "12.50 fiado"
        assert "member7@sur" in phone.text("#review-facts")
    other = f"to=member7@sur&amount=12.50&ref={'ab' * 32}&bill={bill['link']}"
    twice = f"to=member7@sur&amount=12.50&amount=125&ref={bill['reference']}"
    for query, where, said in (
        (other, "#notice", "contradicts itself"),
        (twice, "#pay-to-error", "can't be read"),
    ):
        phone.open("about:blank")
        phone.open(f"{stage.urls[1]}/wallet?lang=en#pay?{query}")
        phone.wait_text(where, said)


def test_a_bill_of_a_shop_that_lies_is_not_paid(stage: Stage, phone: Browser) -> None:
    """Its node says another amount than its reference binds; at the look, or just before signing."""
    till = Till(stage, 2)
    a_payer(stage, phone)
    bill = till.make()
    look_at_bill(phone, stage, bill)
    phone.run(
        "const real = fetch; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (!path.endsWith('/public')) return answer;"
        "  return new Response(JSON.stringify({...await answer.json(), amount: 125000})); }"
    )
    phone.click("#review-pay")
    phone.wait_text("#review-error", "contradicts itself")
    assert stage.balance(1, "ana") == 0


def test_a_bill_that_was_paid_in_part_meanwhile_is_shown_anew(stage: Stage, phone: Browser) -> None:
    till = Till(stage, 1)
    people = stage.people(1)
    stage.run(people.admit(8))
    a_payer(stage, phone)
    bill = till.make()
    look_at_bill(phone, stage, bill)
    part = stage.federation.pay(
        1,
        payer=8,
        sequence=1,
        payee_coop=1,
        payee=7,
        amount=250,
        reference=bytes.fromhex(bill["reference"]),
    )

    async def pay_part() -> None:
        (await people.client.post("/v1/payments", part)).ok()

    stage.run(pay_part())
    phone.click("#review-pay")
    phone.wait_text("#review-error", "has changed meanwhile")
    assert phone.text("#review-amount") == "10.00 fiado"
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert stage.balance(1, "ana") == -1000


@pytest.mark.parametrize(
    "answer",
    [
        "{...JSON.parse(text), receipt: window.other}",
        "{...JSON.parse(text), receipt: 'AAAA'}",
        "{...JSON.parse(text), receipt: undefined}",
        "{...JSON.parse(text), number: 1}",
    ],
)
def test_an_answer_that_proves_nothing_is_not_shown_as_paid(
    stage: Stage, phone: Browser, answer: str
) -> None:
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    pay(phone, "member7@norte", "1")
    other = phone.run("return document.getElementById('receipt-text').textContent")
    phone.click('#receipt a[href="#home"]')
    begin_payment(phone, "member7@norte", "3")
    phone.run(
        "const real = fetch; window.other = args[0]; window.fetch = async (path, given) => {"
        "  const answered = await real(path, given);"
        "  if (path !== '/v1/payments') return answered;"
        f"  const text = await answered.text(); return new Response(JSON.stringify({answer})); }}",
        other,
    )
    phone.click("#review-pay")
    phone.wait_text("#pending", "can only count once")
    phone.driver.refresh()
    phone.wait_text("#receipt-title", "3.00")
    assert stage.balance(1, "ana") == -400


@pytest.mark.parametrize(
    ("status", "code", "number"),
    [
        (503, "not_ready", None),
        (429, "too_many_requests", None),
        (404, "not_found", None),
        (422, "sequence_gap", 10),
        (422, "signature_invalid", 6),
    ],
)
def test_once_unknown_only_an_answer_about_those_bytes_ends_it(
    stage: Stage, phone: Browser, status: int, code: str, number: int | None
) -> None:
    """The node recorded it and the answer was lost; then the node answers as if it knew nothing."""
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    begin_payment(phone, "member7@norte", "3")
    phone.run(
        "const real = fetch; let sent = 0; window.fetch = async (path, given) => {"
        "  if (path !== '/v1/payments') return real(path, given);"
        "  sent += 1;"
        "  if (sent === 1) { await real(path, given); throw new TypeError('lost'); }"
        "  window.later = sent;"
        "  return new Response(JSON.stringify(args[0]), {status: args[0].status,"
        "    headers: {'Content-Type': 'application/problem+json'}}); }",
        {"status": status, "code": code, "title": "", "detail": "", "remedy": ""}
        | ({} if number is None else {"number": number}),
    )
    phone.click("#review-pay")
    phone.wait(lambda driver: driver.execute_script("return window.later") or None, "sent again")
    phone.run("await navigator.locks.request('fiado-paying', () => {})")
    phone.wait_text("#pending", "can only count once")
    phone.driver.refresh()
    phone.wait_text("#receipt-title", "3.00")
    assert stage.balance(1, "ana") == -300


def test_a_first_answer_that_the_node_is_not_ready_means_that_nothing_was_paid(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    begin_payment(phone, "member7@norte", "3")
    phone.run(
        "const real = fetch; window.isReady = false; window.fetch = async (path, given) =>"
        "  path !== '/v1/payments' || window.isReady ? real(path, given) :"
        "  new Response(JSON.stringify({code: 'not_ready', status: 503, retryable: true}),"
        "    {status: 503, headers: {'Content-Type': 'application/problem+json'}})"
    )
    phone.click("#review-pay")
    phone.wait_text("#review-error", "Nothing was done")
    phone.run("window.isReady = true")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    assert stage.balance(1, "ana") == -300


def test_another_node_at_the_address_ends_nothing(stage: Stage, phone: Browser) -> None:
    """Its refusal is no word of the node that may have recorded the payment."""
    stage.run(stage.people(1).admit(7))
    a_payer(stage, phone)
    begin_payment(phone, "member7@norte", "3")
    phone.run(
        "const real = fetch; let sent = 0; window.fetch = async (path, given) => {"
        "  if (path === '/v1/status') return new Response(JSON.stringify("
        "    {...await (await real(path)).json(), coop_number: 2}));"
        "  if (path !== '/v1/payments') return real(path, given);"
        "  sent += 1;"
        "  if (sent === 1) { await real(path, given); throw new TypeError('lost'); }"
        "  window.later = sent;"
        "  return new Response(JSON.stringify({code: 'account_closed', number: 7, status: 422}),"
        "    {status: 422, headers: {'Content-Type': 'application/problem+json'}}); }"
    )
    phone.click("#review-pay")
    phone.wait(lambda driver: driver.execute_script("return window.later") or None, "sent again")
    phone.run("await navigator.locks.request('fiado-paying', () => {})")
    phone.wait_text("#pending", "can only count once")
    assert stage.balance(1, "ana") == -300
