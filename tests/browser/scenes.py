"""What pages show after somebody has done something, for pictures: each scene does it, in any language.

`tests.browser.shots` takes the pictures. A scene leaves the stage so that it can be played once more.
"""

from collections.abc import Iterator

from ledger.evidence import ForkEvidence
from node.engine.wire import EvidenceNews
from tests.browser.driving import Browser
from tests.browser.members import begin_payment
from tests.browser.stage import Stage
from tests.browser.test_desk import look_up, steward_words
from tests.browser.test_keys import fill_caps
from tests.browser.test_owners import begin
from tests.node.loops import until
from tests.node.running import JsonObject


def member_scenes(phone: Browser, stage: Stage, language: str, shared: str) -> Iterator[str]:
    """Of a member with money and a shop at the first coop; `shared` is an account that two sign for."""
    base = stage.urls[1]
    phone.open(f"{base}/wallet?lang={language}")
    begin_payment(phone, "member1@norte", "12,50")
    yield "review"
    phone.open(f"{base}/wallet?lang={language}")
    phone.click("#history a")
    phone.find("#receipt-proof .mark")
    yield "receipt"
    yield from _told(phone, base, language)
    yield from _keys(phone, base, language)
    yield from _counter(phone, stage, language)
    begin(phone, stage, "member1@norte", "12,50", language, account=shared)
    phone.find("#review-sign")
    yield "owners-review"
    phone.click("#review-sign")
    phone.find("#carry-missing")
    yield "owners-carry"


def _told(phone: Browser, base: str, language: str) -> Iterator[str]:
    phone.open(f"{base}/notices?lang={language}")
    phone.type("#notices-address", f"ana.{language}@almacen.example")
    phone.click("#notices-mail .primary")
    phone.find("#notices-places li")
    yield "notices"
    phone.open("about:blank")
    phone.open(f"{base}/notices?lang={language}#stop={'0' * 32}.{'0' * 32}")
    phone.find("#from-mail-yes")
    phone.find("#notices-places li")
    yield "notices-stop"


def _keys(phone: Browser, base: str, language: str) -> Iterator[str]:
    phone.open(f"{base}/keys?lang={language}")
    phone.find("#key-form")
    fill_caps(phone, "20", "30")
    phone.find("#word-list li")
    yield "keys-words"
    phone.click("#words-written")
    phone.find("#review-sign")
    yield "keys-review"
    phone.click("#review-sign")
    phone.find("#keys button")
    yield "keys-listed"


def _counter(phone: Browser, stage: Stage, language: str) -> Iterator[str]:
    phone.open(f"{stage.urls[1]}/pos?lang={language}")
    phone.settle()
    if phone.run("return document.getElementById('open').hidden === false"):
        phone.click("#make-key")
    phone.find("#sum")
    phone.find("#today-sum:not(:empty)")
    yield "counter-open"
    for key in "12":
        phone.click(f'[data-key="{key}"]')
    phone.click("#extras summary")
    phone.click('[data-tip="10"]')
    phone.type("#note", "mesa 4")
    phone.type("#what", "sopa de zapallo")
    phone.click("#items summary")
    yield "counter-extras"
    phone.click("#till-form .primary")
    phone.find("#bill-link")
    yield "counter-bill"
    bill = phone.find("#bill-link").get_attribute("href")
    assert bill is not None
    _pay(stage, bill)
    phone.find("#paid-print")
    yield "counter-paid"
    phone.click("#paid-next")
    phone.find("#today .actions button")
    yield "counter-day"
    phone.run("document.querySelector('#today .actions button').click()")
    phone.find("#refund-form .primary")
    yield "counter-refund"
    phone.click("#refund-form .primary")
    phone.find("#refund-drop")
    yield "counter-refund-sign"
    phone.click("#refund-drop")
    phone.find("#sum")


def _pay(stage: Stage, link: str) -> None:
    """Member 1 pays a bill of the first coop."""
    people = stage.people(1)

    async def pay() -> None:
        id_ = link.rpartition("/")[2]
        bill: JsonObject = (await people.client.get(f"/v1/invoices/{id_}/public")).ok()
        me = await people.me(1)
        paid = stage.federation.pay(
            1,
            payer=1,
            sequence=me["next_sequence"],
            payee_coop=1,
            payee=bill["payee"]["account"],
            amount=bill["amount"],
            reference=bytes.fromhex(bill["reference"]),
        )
        (await people.client.post("/v1/payments", paid)).ok()

    stage.run(pay())


def desk_scenes(desktop: Browser, stage: Stage, language: str) -> Iterator[str]:
    """Of a steward whose key comes from words, where somebody waits to be admitted."""
    desktop.open("about:blank")
    desktop.open(f"{stage.urls[1]}/desk?lang={language}")
    desktop.find("#steward").send_keys("steward 0")
    desktop.type("#steward-words", " ".join(steward_words(0)))
    desktop.click("#sign-in-form .primary")
    desktop.find("#queue .primary")
    yield "desk-queue"
    look_up(desktop, "member1")
    yield "desk-change"


def forked(stage: Stage) -> str:
    """The second coop's key signs two histories, and its node halts; the digest of the evidence there."""
    sign = stage.federation.signed_head
    heads = [sign(2, length=1, head=bytes([number]) * 32) for number in (1, 2)]
    fork = ForkEvidence(shorter=heads[0], longer=heads[1], start=heads[1].head, entries=())
    people = stage.people(2)

    async def wait() -> str:
        stage.nodes[1].links.send(2, EvidenceNews(fork.encode()).encode())

        async def is_told() -> bool:
            return bool((await people.client.get("/v1/evidence")).ok()["evidence"])

        await until(is_told, "the evidence is there")
        digest: str = (await people.client.get("/v1/evidence")).ok()["evidence"][0]["digest"]
        return digest

    return stage.run(wait())
