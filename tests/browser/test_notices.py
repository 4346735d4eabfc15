"""On a phone: asking to be told on the page, and what the service worker shows when it is told to look.

A browser without its maker's service can't subscribe, so what it would answer is put in its place: an address
of a service on loopback, which opens what the node sends. The browser itself gives the worker the message.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.notices.links import CONFIRM, STOP
from node.notices.push import LOOK
from tests.browser.driving import Browser
from tests.browser.members import ask_to_join, join, make_wallet
from tests.browser.stage import Stage
from tests.builders import build_federation
from tests.node.loops import until
from tests.node.notices.fake_push import Browser as Receiver
from tests.node.notices.fake_push import PushService, push_service
from tests.node.running import People

pytestmark = pytest.mark.needs_browser

SETTINGS = """
public_url = "https://norte.example"
[notices]
push_contact = "mailto:op@norte.example"
private_push = true
look_ms = 100
mail_host = "127.0.0.1"
mail_security = "none"
mail_from = "fiado@norte.example"
"""

_SUBSCRIBING = """
let made = null;
PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
  if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("asked otherwise");
  const { endpoint, p256dh, auth } = JSON.parse(localStorage.receiver);
  const toJSON = () => ({ endpoint, keys: { p256dh, auth } });
  made = { endpoint, toJSON, unsubscribe: async () => { made = null; } };
  return made;
};
PushManager.prototype.getSubscription = async () => made;
"""
_SHOWN = """
const { active } = await navigator.serviceWorker.getRegistration();
const shown = await (await navigator.serviceWorker.getRegistration()).getNotifications();
return active && shown.map(({ title, body, lang, data }) => ({ title, body, lang, data }));
"""

_IS_AT_WORK = """
const { active, installing, waiting } = await navigator.serviceWorker.ready;
return active.state === "activated" && !installing && !waiting;
"""
_FORGET_WORKER = """
for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
"""
"""A browser that is driven from outside may keep the worker of the language before for minutes, until it has
nothing to do: its developers' tools seem to count as something."""
_AGAIN_S = 5
_FIRST_TARGET = """
const { openStore } = await import("/web/parts/opened.js");
const { Session } = await import("/web/parts/api.js");
const wallet = await (await openStore()).wallet();
const session = new Session({ role: "member", number: wallet.account, ...wallet });
return (await session.get("/v1/me/notices")).targets[0].id;
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """One coop whose operator has set up notices."""
    with Stage(tmp_path, build_federation(coops=1), count=1, settings=SETTINGS) as stage:
        yield stage


@pytest.fixture
def service(stage: Stage) -> Iterator[PushService]:
    """A push service that runs beside the node."""
    running = push_service()
    yield stage.run(running.__aenter__())
    stage.run(running.__aexit__(None, None, None))


def notices_after_message(phone: Browser, origin: str) -> list[dict[str, str]]:
    """What is shown when the worker was given a message; one that comes while another worker takes over is
    lost, and given again."""
    given_at = 0.0

    def look(_: object) -> list[dict[str, str]] | None:
        nonlocal given_at
        if time.monotonic() > given_at + _AGAIN_S:
            deliver(phone, origin)
            given_at = time.monotonic()
        return phone.run(_SHOWN) or None

    return phone.wait(look, "a notice is shown")


def deliver(phone: Browser, origin: str) -> None:
    """Give the worker a message, as the browser does; which number its registration has nobody says."""
    phone.wait(lambda _: phone.run(_IS_AT_WORK) or None, "the worker is at work")
    phone.driver.execute_cdp_cmd("ServiceWorker.enable", {})
    for number in range(16):
        message = {"origin": origin, "registrationId": str(number), "data": LOOK.decode()}
        phone.driver.execute_cdp_cmd("ServiceWorker.deliverPushMessage", message)


def test_what_is_no_address_is_said_in_the_pages_language(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    phone.open(f"{stage.urls[1]}/notices?lang=es")
    phone.run("document.getElementById('notice').textContent = args[0]", "an earlier word")
    phone.type("#notices-address", "x")
    phone.click("#notices-mail .primary")
    phone.wait_text("#notices-address-error", "nombre@ejemplo.org")
    assert phone.run("return document.getElementById('notice').textContent") == ""


def test_a_phone_is_told_in_its_language_and_stops_when_asked(
    stage: Stage, phone: Browser, service: PushService
) -> None:
    origin = stage.urls[1]
    phone.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": origin, "permissions": ["notifications"]}
    )
    stage.run(stage.people(1).admit(7))
    phone.open(f"{origin}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    receiver = Receiver()
    phone.before_pages(_SUBSCRIBING)
    asked = receiver.request(f"{service.url}/zoe")
    phone.run("localStorage.receiver = JSON.stringify(args[0])", asked)
    phone.run(_FORGET_WORKER)
    phone.open(f"{origin}/notices?lang=es")
    phone.wait_text("#notices-push-words", "no se te avisa")
    assert phone.axe_violations() == []
    assert phone.overflow() == 0
    phone.screenshot("notices-phone-es")
    phone.click("#notices-push-on")
    phone.wait_text("#notices-push-words", "En este aparato se te avisa")
    phone.wait_text("#notices-places", "127.0.0.1")

    stage.run(pay(stage.people(1), "zoe", 1_250))
    stage.run(until(lambda: bool(service.taken), "the service was told"))
    assert receiver.open(service.taken[0][1]) == LOOK
    shown = notices_after_message(phone, origin)
    told = [each for each in shown if each["data"] == "/wallet" and "12,50" in each["body"]]
    assert told == [
        {
            "title": "Cooperativa norte",
            "body": "Te pagaron 12,50 fiado.",
            "lang": "es",
            "data": "/wallet",
        }
    ]
    phone.click("#notices-push-off")
    phone.wait_text("#notices-push-words", "no se te avisa")
    assert phone.run("return (await (await caches.open('fiado-notices')).keys()).length") == 0
    assert phone.console_errors() == []


def test_a_mail_is_asked_for_and_a_wrong_address_explained(stage: Stage, phone: Browser) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    phone.open(f"{stage.urls[1]}/notices?lang=pt")
    phone.type("#notices-address", "zoe")
    phone.click("#notices-mail .primary")
    phone.wait_text("#notices-address-error", "nome@exemplo.org")
    phone.type("#notices-address", "zoe@casa.example")
    phone.click("#notices-mail .primary")
    phone.wait_text("#notice", "zoe@casa.example")
    phone.wait_text("#notices-places", "espera até")
    assert phone.axe_violations() == []
    phone.click("#notices-places button")
    phone.wait(lambda _: phone.run("return !document.querySelector('#notices-places li')"), "gone")
    # What a link in a mail leads to does nothing by itself.
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/notices?lang=en#stop={'0' * 32}.{'0' * 32}")
    phone.click("#from-mail-yes")
    phone.wait_text("#notice", "This link works no more.")


def test_who_waits_is_told_that_they_were_admitted(
    stage: Stage, phone: Browser, service: PushService
) -> None:
    origin = stage.urls[1]
    phone.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": origin, "permissions": ["notifications"]}
    )
    phone.before_pages(_SUBSCRIBING)
    make_wallet(phone, origin)
    asked = Receiver().request(f"{service.url}/zoe")
    phone.run("localStorage.receiver = JSON.stringify(args[0])", asked)
    ask_to_join(phone, "zoe")
    phone.wait_text("#waiting-tell button", "Tell me here when I am admitted")
    assert phone.axe_violations() == []
    phone.screenshot("wallet-waiting-phone")
    phone.click("#waiting-tell button")
    phone.wait_text("#waiting-tell", "You will be told on this device.")
    (draft,) = stage.waiting_drafts(1)
    stage.sign_draft(1, draft["id"], 0, 1)
    stage.run(until(lambda: bool(service.taken), "the service was told"))
    shown = notices_after_message(phone, origin)
    assert [(each["body"], each["data"]) for each in shown] == [
        ("You were admitted: your account is open.", "/wallet")
    ]
    assert phone.console_errors() == []


def test_a_link_that_comes_to_an_open_page_is_met_and_the_list_follows(
    stage: Stage, phone: Browser
) -> None:
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    phone.open(f"{stage.urls[1]}/notices?lang=en")
    phone.type("#notices-address", "zoe@casa.example")
    phone.click("#notices-mail .primary")
    phone.wait_text("#notices-places", "waits until")
    id_ = phone.run(_FIRST_TARGET)
    codes = stage.nodes[1].api.notices.codes
    phone.run("location.hash = args[0]", f"confirm={id_}.{codes.code(CONFIRM, id_)}")
    phone.click("#from-mail-yes")
    phone.wait_text("#notices-places", "since")
    # What is stopped from a mail is gone from the list at once; a mail program's own address leads there.
    phone.open("about:blank")
    phone.open(f"{stage.urls[1]}/v1/notices/{id_}/stop/{codes.code(STOP, id_)}")
    phone.wait_text("#notices-places", "zoe@casa.example")
    phone.wait_text("#from-mail-words", "get no more")
    phone.screenshot("notices-stop-phone")
    phone.click("#from-mail-yes")
    phone.wait_text("#notice", "gets no more mails")
    phone.wait(lambda _: phone.run("return !document.querySelector('#notices-places li')"), "gone")
    assert phone.console_errors() == []


def test_a_maker_that_never_answers_is_waited_for_so_long(stage: Stage, phone: Browser) -> None:
    phone.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": stage.urls[1], "permissions": ["notifications"]}
    )
    phone.open(f"{stage.urls[1]}/wallet?lang=en")
    join(phone, stage, 1, "zoe", limit=10_000)
    phone.before_pages(
        "PushManager.prototype.subscribe = () => new Promise(() => {});"
        "const real = setTimeout; window.setTimeout = (work, ms, ...more) =>"
        "  real(work, ms === 20000 ? 300 : ms, ...more);"
    )
    phone.open(f"{stage.urls[1]}/notices?lang=en")
    phone.click("#notices-push-on")
    phone.wait_text("#notice", "The maker of your browser did not answer.")
    phone.wait_text("#notices-push-words", "not told on this device")
    assert phone.find("#notices-push-on").is_enabled()


async def pay(people: People, handle: str, amount: int) -> None:
    """Member 7 pays somebody."""
    found = (await people.client.get(f"/v1/accounts/1/@{handle}")).ok()
    paid = people.federation.pay(
        1, payer=7, sequence=1, payee_coop=1, payee=found["account"], amount=amount
    )
    (await people.client.post("/v1/payments", paid)).ok()
