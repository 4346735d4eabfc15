"""The page of a piece of evidence: every kind in words, with what is in the evidence itself."""

from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from ledger.chain import SignedHead
from ledger.contradictions import DecisionEvidence, SignedContent
from ledger.decisions import OBSERVATION
from ledger.evidence import Evidence, ForkEvidence, InvalidEntryEvidence
from ledger.refusals import Refusal
from node.web.evidence_page import Now, Shown, shown
from node.web.languages import load_languages
from node.web.site import load_site
from tests.ledger.test_contradictions import PROOFS
from tests.node.http.towns import halt, some_nodes
from tests.node.loops import on_loop

HEADS = [
    SignedHead(coop=2, length=length, head=bytes([length]) * 32, signature=bytes(64))
    for length in (3, 5)
]
TWO = [SignedContent(content=bytes([0x91, n]), signature=bytes(64)) for n in (1, 2)]


def fork() -> Evidence:
    return ForkEvidence(shorter=HEADS[0], longer=HEADS[1], start=b"\xee" * 32, entries=(b"", b""))


def invalid() -> Evidence:
    return InvalidEntryEvidence(
        number=5,
        previous=bytes(32),
        entries=(b"",),
        signed=HEADS[1],
        refusal=Refusal.LIMIT_EXCEEDED,
    )


def two_contents(decision: int) -> Evidence:
    return DecisionEvidence(coop=2, decision=decision, number=9, first=TWO[0], second=TWO[1])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (fork, Shown(kind="fork", coop=2, digest="d", number=5,
                     heads=((3, "03" * 8), (3, "ee" * 8)))),
        (invalid, Shown(kind="invalid", coop=2, digest="d", number=5, refusal="limit_exceeded")),
        (lambda: two_contents(OBSERVATION), Shown(kind="observation", coop=2, digest="d", number=9)),
        (lambda: two_contents(1), Shown(kind="decision", coop=2, digest="d")),
        (lambda: PROOFS[0], Shown(kind="decision", coop=1, digest="d")),
        (lambda: PROOFS[-1], Shown(kind="support", coop=1, digest="d")),
    ],
)  # fmt: skip
def test_what_is_shown_of_each_kind(make: Callable[[], Evidence], told: Shown) -> None:
    assert shown(make(), "d") == told


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("fork", "two different histories"),
        ("invalid", "an entry that the rules forbid"),
        ("observation", "two different surveys of prices for one week"),
        ("decision", "signed two different answers"),
        ("support", "stood for two different answers"),
    ],
)
def test_each_kind_has_its_sentence(kind: str, said: str) -> None:
    about = Shown(kind=kind, coop=2, digest="ab" * 32, number=5, refusal="x", heads=((3, "0303"),))
    page = rendered(evidence=about, now=Now(standing="accused"))
    assert said in page
    assert "<b>Sur" not in page
    assert "Payments between the other cooperatives go on as before." in page
    assert "what is paid to them stays on its way" in page
    assert load_languages()["es"].text("What that means") != "What that means"


def rendered(**values: object) -> str:
    template = load_site().environments["en"].get_template("evidence.html")
    given = {"accused": "<b>Sur</b>", "fallen": None, "titles": {"sur": "Sur"}, **values}
    (block,) = [template.blocks["content"]]
    return "".join(block(template.new_context(given)))


@pytest.mark.parametrize(
    ("now", "said", "unsaid"),
    [
        (
            Now(standing="readmitted", readmitted=(7, 1_782_000_000)),
            "Readmitted since 21 Jun 2026, by change 7 of the charter.",
            "does not arrive",
        ),
        (Now(standing="readmitted"), "The cooperatives have readmitted it.", "quarantine"),
        (Now(standing="quarantined"), "pay nobody elsewhere", "does not arrive"),
    ],
)
def test_it_says_how_the_cooperative_stands_now(now: Now, said: str, unsaid: str) -> None:
    about = Shown(kind="fork", coop=2, digest="ab" * 32, number=5, heads=((3, "0303"),))
    page = rendered(evidence=about, now=now)
    assert said in page
    assert unsaid not in page


def test_a_fork_lists_the_payments_that_fell() -> None:
    about = Shown(kind="fork", coop=2, digest="ab" * 32, number=5, heads=((3, "0303"),))
    party = {"coop": "sur", "coop_number": 2, "account": 1, "handle": "<i>ana"}
    payment = {
        "number": 9,
        "head": "ab" * 32,
        "time": 1_782_000_000,
        "payer": party,
        "payee": {**party, "account": 0},
        "amount": 1_250,
        "outcome": "kept",
        "stands_as": None,
    }
    fork = {"coop": "sur", "parted": 4, "version": 2, "payments": 1, "amount": 1_250, "kept": 1_250}
    outcomes = {
        "kept": "The payee keeps it, and the payer has it too.",
        "undone": "Undone: the payer has it, nobody was paid.",
        "commons": "The payee had closed",
    }
    for outcome, said in outcomes.items():
        fallen = {
            "complete": True,
            "payments": [{**payment, "outcome": outcome}],
            "forks": [fork],
            "next": None,
            "left_out": 0,
        }
        page = rendered(evidence=about, now=Now(standing="accused"), fallen=fallen)
        assert said in page
        assert "12.50" in page and "&lt;i&gt;ana@sur" in page and "the common fund of Sur" in page
        assert f'href="/v1/federation/fallen/{"ab" * 32}"' in page
        assert "Change 2 of the charter says which one stands." in page


@on_loop
async def test_the_books_lead_to_the_page_of_a_fork(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        await halt(towns)
        listed = (await towns[2].client.get("/v1/evidence")).ok()["evidence"]
        digest = listed[0]["digest"]
        assert listed[0]["settled"] is False
        url = towns[2].node.url
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/?lang=en") as books:
                assert f'href="/evidence/{digest}"' in await books.text()
            async with session.get(f"{url}/evidence/{digest}?lang=en") as answer:
                page = await answer.text()
                assert answer.status == 200
            assert "<h1>Cooperativa" in page or "<h1>" in page
            assert "Head after entry 1" in page
            assert "01" * 8 in page and "02" * 8 in page
            assert f'href="/v1/evidence/{digest}"' in page
            async with session.get(f"{url}/evidence/{'0' * 64}") as nothing:
                assert nothing.status == 404
