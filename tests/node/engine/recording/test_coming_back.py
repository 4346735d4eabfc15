"""What was on its way to a coop when it left is with its payers again, and their histories say so."""

import pytest

from ledger.charter_changes import Leave
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction, encode_entry
from ledger.transactions import Status
from node.audit import audit_store
from node.engine.answers import Recorded
from node.engine.events import Ask, PeerDown, PeerUp
from node.engine.recording import history as history_module
from node.http.members import facts, shapes
from node.store import DocumentKind, HistoryPlace
from tests.builders import build_federation
from tests.node.engine.charter.test_standing import decide, pass_time
from tests.node.engine.rig import Rig, joined

LEAVING = 3


def history(rig: Rig, account: int, *, limit: int = 20) -> list[shapes.HistoryItem]:
    """What the member of coop 1 sees, in pages."""
    items: list[shapes.HistoryItem] = []
    before = None
    while True:
        page = _page(rig, account, before, limit)
        items += page.items
        if page.next is None:
            return items
        before = facts.parse_place(page.next)


def _page(rig: Rig, account: int, before: HistoryPlace | None, limit: int) -> shapes.History:
    ask = Ask(rig.request(), lambda view: facts.history(view, account, before, limit))
    (page,) = rig.ask(1, ask)
    assert isinstance(page, shapes.History)
    return page


def left(*, amounts: tuple[int, ...] = (30, 12)) -> Rig:
    """Coop 3's node is gone; coop 1 pays there, and coop 3 leaves without having heard of it."""
    federation = build_federation(seed="coming back", coops=3)
    rig = joined(1, 2, LEAVING, federation=federation, decision_interval_ms=5_000)
    assert isinstance(rig.submit(1, rig.pay(1, 1, LEAVING, 1, amount=7))[0], Recorded)
    rig.deliver()
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    back = federation.pay(LEAVING, payer=1, sequence=1, payee_coop=1, payee=1, amount=7)
    assert isinstance(rig.submit(LEAVING, back)[0], Recorded)
    rig.deliver()
    for other in (1, 2):
        rig.tick(other, PeerDown(LEAVING))
    del rig.engines[LEAVING]
    rig.advance(60_000)
    for number, amount in enumerate(amounts, start=2):
        rig.submit(1, rig.pay(1, number, LEAVING, 1, amount=amount))
    rig.submit(1, rig.pay(1, 2 + len(amounts), 2, 1, amount=5))
    other_payer = federation.pay(1, payer=2, sequence=1, payee_coop=3, payee=2, amount=4)
    rig.submit(1, other_payer)
    pass_time(rig)
    decide(rig, Leave(coop=LEAVING))
    return rig


def end(rig: Rig) -> None:
    """The last entry of coop 3 reaches coop 1, which anchors it."""
    [document] = rig.stores[1].documents(DocumentKind.CERTIFICATE, limit=9)
    assert isinstance(decode_transaction(document.data), CharterEntry)
    last = encode_entry(rig.now_ms // 1000, document.data)
    rig.tick(1, PeerUp(LEAVING))
    rig.hear(1, LEAVING, rig.entries_after(1, LEAVING, last))
    for _ in range(3):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()


def told(items: list[shapes.HistoryItem]) -> list[tuple[str, int, str, str | None]]:
    return [(each.direction, each.amount, each.status, each.cause) for each in items]


def test_what_is_on_its_way_has_no_line_until_it_is_back() -> None:
    rig = left()
    assert rig.balance(1, 1, 1) == -(30 + 12 + 5)
    assert ("out", 30, "recorded", None) in told(history(rig, 1))
    assert not [each for each in history(rig, 1) if each.direction == "returned"]


@pytest.mark.parametrize("batch", [64, 256 * 1024])
@pytest.mark.parametrize("limit", [1, 20])
def test_each_payment_that_came_back_has_a_line(
    batch: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "_BATCH_BYTES", batch)
    rig = left()
    end(rig)
    assert rig.balance(1, 1, 1) == -5
    items = history(rig, 1, limit=limit)
    assert told(items) == [
        ("returned", 12, "delivered", "coop_left"),
        ("returned", 30, "delivered", "coop_left"),
        ("out", 5, "delivered", None),
        ("out", 12, "returned", "coop_left"),
        ("out", 30, "returned", "coop_left"),
        ("in", 7, "delivered", None),
        ("out", 7, "delivered", None),
    ]
    back, paid = items[0], items[3]
    assert (back.coop, back.number) == (paid.coop, paid.number)
    assert back.time > paid.time
    assert told(history(rig, 2))[0] == ("returned", 4, "delivered", "coop_left")


def test_the_index_is_what_an_audit_expects_also_after_a_restart() -> None:
    rig = left()
    end(rig)
    for _ in range(2):
        history(rig, 1)
        report = audit_store(rig.stores[1], rig.federation.founding, coop=1)
        assert report.findings == []
        rig.start(1)
        rig.stores[1].drop_history()


def test_what_comes_back_to_an_account_that_has_closed_is_not_its_own() -> None:
    rig = left(amounts=())
    close = rig.federation.status(1, 2, revision=1, status=Status.CLOSED)
    owed = rig.federation.pay(1, payer=1, sequence=3, payee_coop=1, payee=2, amount=4)
    assert all(isinstance(each, Recorded) for each in rig.submit(1, owed, close))
    end(rig)
    assert rig.balance(1, 1, 2) == 0
    assert told(history(rig, 2))[0][0] == "in"
    report = audit_store(rig.stores[1], rig.federation.founding, coop=1)
    assert report.findings == []
