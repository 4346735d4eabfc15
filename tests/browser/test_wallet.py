"""The browser wallet: made, backed up, admitted; pays, asks for payment, shows receipts; never pays twice."""

import pytest

from tests.browser.driving import Browser
from tests.browser.members import (
    ask_to_join,
    begin_payment,
    go_home,
    join,
    make_wallet,
    pay,
)
from tests.browser.stage import Stage

pytestmark = pytest.mark.needs_browser


def test_a_member_joins_pays_another_coop_and_is_paid(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.open(f"{stage.urls[2]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    join(desktop, stage, 2, "beto")

    # Beto asks for payment; Ana pastes his link.
    desktop.click('a[href="#request"]')
    desktop.type("#request-amount", "12,50")
    desktop.type("#request-for", "two loaves <b>of</b> bread")
    desktop.click("#request-form .primary")
    link = desktop.text("#request-link")
    desktop.screenshot("wallet-request-desktop")
    begin_payment(phone, link, "")
    assert "<b>of</b>" in phone.text("#review-facts")
    phone.screenshot("wallet-review-phone")
    phone.click("#review-pay")
    phone.wait_text("#receipt-proof", "in this browser")
    phone.screenshot("wallet-receipt-phone")
    assert phone.axe_violations() == []
    go_home(phone)
    phone.wait_text("#balance-words", "You owe the community 12.50")
    phone.wait_text("#history", "beto@sur")
    phone.screenshot("wallet-home-phone")
    assert phone.axe_violations() == []
    assert phone.console_errors() == []

    desktop.click('#request a[href="#home"]')
    desktop.wait_text("#balance-words", "The community owes you 12.50")
    desktop.wait_text("#history", "ana@norte")
    assert desktop.axe_violations() == []
    assert (stage.balance(1, "ana"), stage.balance(2, "beto")) == (-1250, 1250)


def test_every_step_to_a_wallet_is_accessible(stage: Stage, phone: Browser) -> None:
    def look(name: str) -> None:
        assert phone.axe_violations() == [], name
        assert phone.overflow() == 0, name
        assert phone.small_targets() == [], name
        phone.screenshot(f"wallet-{name}-phone")

    phone.open(f"{stage.urls[1]}/wallet?lang=es")
    phone.click("#begin-restore")
    look("restore")
    phone.click("#restore-back")
    phone.click("#begin-new")
    phone.find("#word-list li")
    look("words")
    phone.click("#words-written")
    phone.find("#confirm-fields input")
    look("confirm")
    make_wallet(phone, stage.urls[1])
    look("join")
    ask_to_join(phone, "ana")
    look("waiting")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    phone.click("#waiting-look")
    phone.wait_text("#balance-words", "Estás en cero")
    look("home-es")
    phone.click('a[href="#pay"]')
    phone.find("#pay-to")
    look("pay")
    phone.click('#pay a[href="#home"]')
    phone.click('a[href="#request"]')
    phone.type("#request-for", "ñ" * 40)
    phone.click("#request-form .primary")
    phone.wait_text("#request-error", "demasiado largo")
    phone.type("#request-for", "pan")
    phone.click("#request-form .primary")
    phone.find("#request-qr")
    look("request")


def test_words_bring_the_wallet_back(stage: Stage, phone: Browser, desktop: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    words = join(phone, stage, 1, "ana")

    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.click("#begin-restore")
    desktop.type("#restore-words", " ".join([*words[:-1], "nonsense"]))
    desktop.click("#restore-form .primary")
    desktop.wait_text("#restore-error", "number 12")
    desktop.type("#restore-words", "\n".join(words).upper())
    desktop.click("#restore-form .primary")
    desktop.wait_text("#balance-words", "zero")

    # The key can't be read out of the browser again.
    extracted = desktop.run(
        "const {Store} = await import('/web/parts/store.js');"
        "const {privateKey} = await (await Store.open()).wallet();"
        "return crypto.subtle.exportKey('jwk', privateKey).then(() => 'out', (e) => e.name)"
    )
    assert extracted == "InvalidAccessError"


def test_a_wallet_that_was_not_backed_up_is_not_kept(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    phone.click("#begin-new")
    phone.click("#words-written")
    phone.find("#confirm-fields input").send_keys("wrong")
    phone.run(
        "for (const each of document.querySelectorAll('#confirm-fields input')) each.value = 'no'"
    )
    phone.click("#confirm-form .primary")
    phone.wait_text("#confirm-error", "not what stands on your paper")
    phone.driver.refresh()
    phone.find("#begin-new")


def test_a_lost_answer_and_a_reload_pay_once(stage: Stage, phone: Browser) -> None:
    """The node records the payment, but the answer never arrives; the page is closed; it comes back."""
    people = stage.people(1)
    stage.run(people.admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    begin_payment(phone, "member7@norte", "3")
    # The bytes go out, and the connection breaks before the answer is read.
    phone.run(
        "const real = fetch; window.fetch = async (path, given) => {"
        "  const answer = await real(path, given);"
        "  if (path === '/v1/payments') throw new TypeError('connection lost');"
        "  return answer; }"
    )
    phone.click("#review-pay")
    phone.wait_text("#pending", "can only count once")
    phone.screenshot("wallet-unknown-outcome-phone")
    assert stage.balance(1, "ana") == -300
    phone.driver.refresh()
    phone.wait_text("#receipt-proof", "in this browser")
    go_home(phone)
    phone.wait_text("#balance-words", "You owe the community 3.00")
    assert stage.balance(1, "ana") == -300


def test_a_node_that_is_down_gets_the_same_bytes_when_it_is_back(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    begin_payment(phone, "member7@norte", "3")
    # It goes down after it was asked for the account and before the payment reaches it.
    phone.run(
        "const real = fetch; window.fetch = async (path, given) => {"
        "  if (path === '/v1/payments') throw new TypeError('no route');"
        "  return real(path, given); }"
    )
    phone.click("#review-pay")
    phone.wait_text("#pending", "can only count once")
    first = phone.run(_PENDING_BYTES)
    stage.stop(1)
    phone.driver.refresh()  # from what the service worker kept
    phone.wait_text("#pending", "can only count once")
    assert phone.run(_PENDING_BYTES) == first
    stage.start(1)
    stage.ready(1)
    phone.wait_text("#receipt-proof", "in this browser")
    assert stage.balance(1, "ana") == -300


# Without the pages' own modules: the node that serves them is down.
_PENDING_BYTES = (
    "const done = (request) => new Promise((resolve, reject) => {"
    "  request.onsuccess = () => resolve(request.result);"
    "  request.onerror = () => reject(request.error); });"
    "const database = await done(indexedDB.open('fiado'));"
    "const kept = database.transaction('kept').objectStore('kept');"
    "const {bytes} = await done(kept.get('pending'));"
    "database.close();"
    "return Array.from(bytes)"
)


def test_a_second_payment_waits_for_the_first(stage: Stage, phone: Browser) -> None:
    """Two payments at once in two tabs: one is made, the other is told to wait."""
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    outcomes = phone.run(
        """
        const {Store} = await import('/web/parts/store.js');
        const {Session} = await import('/web/parts/api.js');
        const {keptCharter} = await import('/web/parts/charters.js');
        const {pay} = await import('/web/parts/paying.js');
        const real = fetch;
        window.fetch = async (path, given) => {
          if (path === '/v1/payments') throw new TypeError('no route');
          return real(path, given);
        };
        const store = await Store.open();
        const wallet = await store.wallet();
        const charter = await keptCharter(store, wallet.federation);
        const session = new Session({role: 'member', number: wallet.account, ...wallet});
        const context = {store, wallet, session, charter};
        const intent = {to: 'member7@norte', payeeCoop: 1, payee: 7, amount: 300, fee: 0, reference: null};
        const outcomes = await Promise.allSettled([pay(context, intent), pay(context, intent)]);
        return outcomes.map(({reason}) => reason.constructor.name);
        """
    )
    assert sorted(outcomes) == ["OutcomeUnknown", "PaymentPending"]


def test_another_payment_that_waits_for_the_first_is_said_not_to_be_made(
    stage: Stage, phone: Browser
) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    phone.run(
        "const real = fetch;"
        "window.fetch = async (path, given) => {"
        "  if (path === '/v1/payments') throw new TypeError('no route');"
        "  return real(path, given); }"
    )
    begin_payment(phone, "member7@norte", "3")
    phone.click("#review-pay")
    phone.wait_text("#pending", "Not confirmed yet")
    begin_payment(phone, "member7@norte", "5")
    phone.click("#review-pay")
    phone.wait_text("#review-error", "this one was not made")
    assert stage.balance(1, "ana") == 0


def test_a_key_that_has_an_account_asks_for_no_second_one(
    stage: Stage, phone: Browser, desktop: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    words = make_wallet(phone, stage.urls[1])
    desktop.open(f"{stage.urls[1]}/wallet?lang=en")
    desktop.click("#begin-restore")
    desktop.type("#restore-words", " ".join(words))
    desktop.click("#restore-form .primary")
    desktop.find("#handle")
    ask_to_join(phone, "ana")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    # The other device doesn't know of it, and asks under another name.
    desktop.type("#handle", "ana2")
    desktop.click("#join-form .primary")
    desktop.wait_text("#balance-words", "zero")
    desktop.wait_text("#address", "ana@norte")
    assert stage.waiting_drafts(1) == []


def test_a_refused_payment_is_said_to_be_refused(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=100)
    begin_payment(phone, "member7@norte", "3")
    phone.click("#review-pay")
    phone.wait_text("#review-error", "more than you may go below zero")
    # The sequence number is free again: the next payment goes through.
    phone.click("#review-back")
    phone.click('#pay a[href="#home"]')
    pay(phone, "member7@norte", "1")
    assert stage.balance(1, "ana") == -100


def test_the_same_payment_again_is_asked_about(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    pay(phone, "member7@norte", "3")
    go_home(phone)
    begin_payment(phone, "member7@norte", "3")
    phone.wait_text("#review-warning", "already")


def test_what_is_typed_wrongly_is_said_kindly(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana", limit=50_000)
    phone.click('a[href="#pay"]')
    for to, amount, field, said in (
        ("nobody", "3", "#pay-to-error", "name@cooperative"),
        ("beto@luna", "3", "#pay-to-error", "no such cooperative"),
        ("beto@sur", "3", "#pay-to-error", "no such account"),
        ("beto@sur", "1.250", "#pay-amount-error", "could be 1250 or 1.25"),
        ("beto@sur", "0", "#pay-amount-error", "zero"),
        ("beto@sur", "3.123456", "#pay-amount-error", "two after"),
        ("beto@sur", "99999999999999999", "#pay-amount-error", "more than"),
    ):
        phone.type("#pay-to", to)
        phone.type("#pay-amount", amount)
        phone.click("#pay-form .primary")
        phone.wait_text(field, said)
    phone.screenshot("wallet-errors-phone")
    assert phone.axe_violations() == []


def test_joining_twice_under_one_name(stage: Stage, phone: Browser) -> None:
    stage.run(stage.people(1).admit(7))
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    make_wallet(phone, stage.urls[1])
    phone.type("#handle", "member7")
    phone.click("#join-form .primary")
    phone.wait_text("#join-error", "has that name already")
    ask_to_join(phone, "ana")
    phone.driver.refresh()
    phone.wait_text("#waiting-text", "ana")


@pytest.mark.parametrize("code", ["session_invalid", "session_ended"])
def test_a_session_that_is_over_is_opened_again(stage: Stage, phone: Browser, code: str) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana")
    answers = phone.run(
        """
        const {Store} = await import('/web/parts/store.js');
        const {Session} = await import('/web/parts/api.js');
        const wallet = await (await Store.open()).wallet();
        const session = new Session({role: 'member', number: wallet.account, ...wallet});
        await session.get('/v1/me');
        const real = fetch;
        let isOver = true;
        window.fetch = async (path, given) => {
          if (path !== '/v1/me' || !isOver) return real(path, given);
          isOver = false;
          const headers = {'Content-Type': 'application/problem+json'};
          return new Response(JSON.stringify({code: args[0], status: 401}), {status: 401, headers});
        };
        return (await session.get('/v1/me')).handle;
        """,
        code,
    )
    assert answers == "ana"


def test_every_time_that_the_rules_allow_is_shown(stage: Stage, phone: Browser) -> None:
    """A limit may begin and end after the last day that calendars have."""
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "ana")
    people = stage.people(1)
    account = phone.run(
        "const {Store} = await import('/web/parts/store.js');"
        "return (await (await Store.open()).wallet()).account"
    )
    change = stage.federation.limit(
        1, account, revision=1, limit=100, from_=0, until=2**53 - 1, after=0
    )

    async def record() -> None:
        (await people.client.post("/v1/transactions", change)).ok()

    stage.run(record())
    phone.open(f"{stage.urls[1]}/me?lang=en")
    phone.wait_text("#limit-dates", "after the year 9999")
    shown = phone.run(
        "const {showTime, showDay, timesIn} = await import('/web/parts/words.js');"
        "const times = timesIn('Pacific/Kiritimati');"
        "return [253402300799, 253402300800, 2 ** 53 - 1, 0].flatMap((each) =>"
        "  [showTime(each), showDay(each), times.show(each), times.plain(each)])"
    )
    assert all(shown)
