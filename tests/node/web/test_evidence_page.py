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
from node.web.evidence_page import Shown, shown
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
    template = load_site().environments["en"].get_template("evidence.html")
    about = Shown(kind=kind, coop=2, digest="ab" * 32, number=5, refusal="x", heads=((3, "0303"),))
    context = template.new_context({"accused": "<b>Sur</b>", "evidence": about})
    (block,) = [template.blocks["content"]]
    page = "".join(block(context))
    assert said in page
    assert "<b>Sur" not in page
    arrives = "Payments to and from its members don&#39;t arrive"
    assert (arrives in page or arrives.replace("&#39;", "'") in page) == (
        kind in ("fork", "invalid")
    )
    assert load_languages()["es"].text("What that means") != "What that means"


@on_loop
async def test_the_books_lead_to_the_page_of_a_fork(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2) as towns:
        await halt(towns)
        listed = (await towns[2].client.get("/v1/evidence")).ok()["evidence"]
        digest = listed[0]["digest"]
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
