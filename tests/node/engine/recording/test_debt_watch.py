"""Balances over time follow from the logs: whatever moves them, the watch ends at the validator's."""

import msgpack
import pytest

from ledger.codec import MAX, split
from ledger.entries import entry_kind
from ledger.government.actions import DecideLevy, DecideSpend, Expel
from ledger.government.articles import Article
from ledger.government.leaving import Step
from ledger.transactions import Kind, Status
from node.engine.answers import Recorded
from node.engine.debts import Stretch
from node.engine.events import Ask
from node.engine.recording import debt_watch, reading_ahead
from node.engine.recording.reading_ahead import ReadingAhead
from node.errors import LogDamaged
from node.flows import FLOWS
from node.store import BookingPlace, Entries
from tests.builders import build_federation
from tests.government_builders import adopt_bylaws, spend
from tests.guarantee_builders import guarantee
from tests.leaving_builders import leave, settle
from tests.node.engine.inside import core_of, debts_of
from tests.node.engine.recording.test_coming_back import end, left
from tests.node.engine.rig import Rig, joined
from tests.voting_builders import YES, propose, vote

QUICK = {
    Article.NOTICE: 10,
    Article.SECOND_CALL: 0,
    Article.LATE_WINDOW: 0,
    Article.HEARING: 10,
    Article.CLAIM_TERM: 10,
    Article.SPEND_AMOUNT: 1_000,
    Article.COMMONS_DEBT: 100_000,
    Article.CONTRIBUTION: 10_000,
    Article.LEVY_POSITIVE: 20_000,
    Article.LEVY_NEGATIVE: 10_000,
    Article.LEVY_PERIOD: 3_600,
}


def follow(rig: Rig, coop: int = 1) -> None:
    """Let the watch see everything."""
    for _ in range(200):
        rig.tick(coop)


def check(rig: Rig, coop: int = 1) -> None:
    """The watch agrees with the validator about every account, and so do the books and every statement."""
    follow(rig, coop)
    core, engine = core_of(rig.engines[coop]), rig.engines[coop]
    for account in core.validator.accounts(coop):
        found = engine.debt_of(account.number)
        assert found is not None, account
        assert found.balance == account.balance
    check_books(rig, coop)
    check_statements(rig, coop)


def check_books(rig: Rig, coop: int) -> None:
    """What the books sum up is what the log's state has, and within each flow nothing is lost."""
    books = rig.engines[coop].books()
    assert books is not None
    members = commons = position = 0
    for _, flow, other, amount in books.flows(since=0, until=MAX):
        signs = FLOWS[flow]
        assert amount >= 0
        assert bool(other) is bool(signs.position)
        assert signs.members + signs.commons == signs.position
        members += signs.members * amount
        commons += signs.commons * amount
        position += signs.position * amount
    log = core_of(rig.engines[coop]).validator.log(coop)
    assert (members, commons, position) == (log.position - log.commons, log.commons, log.position)


def check_statements(rig: Rig, coop: int) -> None:
    """Every account's movements add up to its balance, one after the other, without anything made up."""
    engine, core = rig.engines[coop], core_of(rig.engines[coop])
    assert engine.has_bookings()
    engine.bring_history_forward()
    for account in core.validator.accounts(coop):
        start = BookingPlace(0, 0, 0)
        rows = core.store.bookings(account.number, after=start, until=MAX, limit=1_000)
        balance = 0
        for row in rows:
            balance += row.amount
            assert row.balance == balance
            assert (row.role is None) is (row.cause != "")
        assert balance == account.balance, account.number
        assert core.store.last_booking(account.number, until=MAX) == (rows[-1] if rows else None)
        known = {
            (row.log, row.number, row.role, row.amount, row.time)
            for row in core.store.history(coop=coop, account=account.number, limit=1_000)
        }
        paid = {(row.log, row.entry, row.role, row.amount, row.paid) for row in rows if row.role}
        assert paid <= known, "each payment is in the history, as it is here"


def governed() -> Rig:
    federation = build_federation(seed="debts", coops=2)
    rig = joined(1, 2, federation=federation)
    rig.admit(1, 3)
    numbers = {int(article): value for article, value in QUICK.items()}
    assert isinstance(rig.submit(1, adopt_bylaws(federation, 1, numbers))[0], Recorded)
    return rig


def arrive(rig: Rig) -> None:
    for _ in range(3):
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()


def decide(
    rig: Rig, number: int, action: DecideLevy | DecideSpend | Expel, about: tuple[int, ...]
) -> None:
    """Members vote, and the node carries it out."""
    now = rig.now_ms // 1000
    data = propose(
        rig.federation, 1, number, first=now + 20, second=now + 20, action=action, about=about
    )
    for answer in rig.submit(1, data, vote(rig.federation, 1, 3, number, YES)):
        assert isinstance(answer, Recorded), answer
    rig.advance(30_000)
    arrive(rig)


@pytest.mark.parametrize("batch", [1, 64 * 1024])
def test_it_ends_where_the_books_are(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debt_watch, "_BATCH_BYTES", batch)
    rig = governed()
    federation = rig.federation
    began = rig.now_ms // 1000
    paid = federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=5_000, fee=50)
    assert isinstance(rig.submit(1, paid)[0], Recorded)
    rig.advance(60_000)
    back = federation.pay(2, payer=1, sequence=1, payee_coop=1, payee=1, amount=6_000)
    assert isinstance(rig.submit(2, back)[0], Recorded)
    rig.deliver()
    arrive(rig)
    assert rig.balance(1, 1, 1) == 950
    check(rig)
    stretches = rig.engines[1].debt_of(1).stretches()  # type: ignore[union-attr]
    assert [each.began for each in stretches] == [began]
    assert stretches[0].ended is not None and stretches[0].ended >= began + 60
    assert isinstance(rig.submit(1, spend(federation, 1, payee=2, amount=300))[0], Recorded)
    check(rig)
    rig.advance(3_700_000)
    arrive(rig)
    assert rig.balance(1, 1, 2) == 5_300 - 106
    check(rig)
    decide(rig, 1, DecideSpend(payee=1, amount=77), (1,))
    decide(rig, 2, DecideLevy(positive=30_000, negative=0), ())
    check(rig)


def test_what_is_given_back_and_what_a_closed_account_gets() -> None:
    rig = governed()
    federation = rig.federation
    assert isinstance(
        rig.submit(2, federation.status(2, 2, revision=1, status=Status.CLOSED))[0], Recorded
    )
    there = federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=2, amount=400, fee=4)
    assert isinstance(rig.submit(1, there)[0], Recorded)
    rig.deliver()
    arrive(rig)
    arrive(rig)
    check(rig)
    check(rig, 2)


def test_who_is_expelled_passes_on_what_there_is() -> None:
    rig = governed()
    paid = rig.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=900, fee=9)
    assert isinstance(rig.submit(1, paid)[0], Recorded)
    decide(rig, 1, Expel(account=2, payee=1), (2,))
    assert rig.balance(1, 1, 2) == 0
    check(rig)
    over = rig.engines[1].debt_of(1)
    assert over is not None and over.since is not None  # the contribution is owed still


def test_who_leaves_passes_on_what_there_is() -> None:
    rig = governed()
    paid = rig.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=900, fee=9)
    gone = leave(rig.federation, 1, 2, payee=1)
    for answer in rig.submit(1, paid, gone):
        assert isinstance(answer, Recorded), answer
    check(rig)
    empty = leave(rig.federation, 1, 3)
    assert isinstance(rig.submit(1, empty)[0], Recorded)
    check(rig)


def test_what_is_owed_by_who_leaves_is_owed_by_guarantors_from_then_on() -> None:
    rig = governed()
    federation, now = rig.federation, rig.now_ms // 1000
    steps = [
        guarantee(federation, 1, 3, 1, cap=400, until=now + 1_000_000),
        federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=500, fee=5),
        settle(federation, 1, 1, Step.CLAIM),
    ]
    for answer in rig.submit(1, *steps):
        assert isinstance(answer, Recorded), answer
    check(rig)
    rig.advance(10_000)
    settled = settle(federation, 1, 1, Step.SETTLE, revision=2)
    assert isinstance(rig.submit(1, settled)[0], Recorded)
    check(rig)
    assert rig.balance(1, 1, 3) == -400
    guarantor = rig.engines[1].debt_of(3)
    assert guarantor is not None and guarantor.since == now + 10


def test_what_comes_back_when_a_coop_leaves() -> None:
    rig = left()
    end(rig)
    check(rig)


def test_who_is_in_debt_for_long_is_found_and_after_a_restart_again() -> None:
    rig = governed()
    now = rig.now_ms // 1000
    for sequence in (1, 2):
        paid = rig.federation.pay(
            1, payer=1, sequence=sequence, payee_coop=1, payee=2, amount=500, fee=5
        )
        assert isinstance(rig.submit(1, paid)[0], Recorded)
        rig.advance(5_000)
    follow(rig)
    for _ in range(2):
        assert rig.engines[1].in_debt_since(now - 1) == {}
        assert rig.engines[1].in_debt_since(now) == {1: now}
        rig.start(1)
        assert rig.engines[1].in_debt_since(now) is None
        assert rig.engines[1].debt_of(1) is None
        rig.ready()
        follow(rig)
    assert rig.engines[1].debt_of(1).stretches() == [Stretch(began=now, ended=None)]  # type: ignore[union-attr]


def test_questions_bring_it_forward_when_nobody_is_idle() -> None:
    rig = governed()
    rig.start(1)
    (ask,) = rig.ask(1, Ask(rig.request(), lambda view: view.engine.follow_debts()))
    assert ask is None
    assert rig.engines[1].in_debt_since(0) == {}


def test_nothing_is_claimed_where_the_books_disagree() -> None:
    rig = governed()
    check(rig)
    debts_of(rig.engines[1])._book.move(1, -1, rig.now_ms // 1000)
    assert rig.engines[1].debt_of(1) is None
    assert rig.engines[1].debt_of(2) is not None


def test_it_waits_for_a_log_that_is_damaged_and_goes_on() -> None:
    rig = governed()
    check(rig)
    watch = debts_of(rig.engines[1])
    watch.begin_anew()
    core_of(rig.engines[1]).suspected.append(LogDamaged("gone", coop=1, first=1, last=1))
    watch._stopped_by = 1
    assert not watch.is_behind()
    core_of(rig.engines[1]).suspected.clear()
    assert watch.is_behind()
    check(rig)


def test_what_comes_from_elsewhere_is_booked_when_it_arrives() -> None:
    rig = joined(1, 2)
    rig.submit(2, rig.pay(2, 1, 1, 1))
    rig.advance(60_000)
    arrive(rig)
    check(rig)
    row = core_of(rig.engines[1]).store.last_booking(1, until=MAX)
    assert row is not None
    assert (row.amount, row.log, row.place.time) == (10, 2, core_time(rig, row.place.number))
    assert row.place.time >= row.paid + 60


def test_what_many_anchors_take_in_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rig, many = joined(1, 2), 40
    for sequence in range(1, 1 + many):
        assert isinstance(rig.submit(2, rig.pay(2, sequence, 1, 1))[0], Recorded)
        rig.deliver()
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
    check(rig)
    watch, store = debts_of(rig.engines[1]), core_of(rig.engines[1]).store
    asked: list[int] = []
    read = store.entries

    def count(coop: int, first: int, *, max_bytes: int) -> Entries | None:
        asked.append(coop)
        return read(coop, first, max_bytes=max_bytes)

    monkeypatch.setattr(store, "entries", count)
    watch.begin_anew()
    while watch.is_behind():
        watch.catch_up()
    anchors = sum(is_anchor(entry) for entry in entries_of(rig, 1))
    assert anchors >= many // 2
    assert asked.count(2) <= 2
    check(rig)


def test_of_too_many_logs_the_pieces_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_ahead, "_LOGS", 1)
    rig = joined(1, 2, 3)
    core = core_of(rig.engines[1])
    ahead = ReadingAhead(core, piece_bytes=64 * 1024)
    for number in range(1, 3):
        for coop in (2, 3):
            (found,) = ahead.entries(coop, number, number)
            assert found == (number, core.store.entry(coop, number))
    assert list(ahead.entries(2, 10_000, 10_001)) == []


def entries_of(rig: Rig, coop: int) -> list[bytes]:
    """All entries of a log, as its own coop has it."""
    segments = core_of(rig.engines[coop]).store.segments(coop)
    return [entry for segment in segments for entry in split(segment.entries)]


def is_anchor(entry: bytes) -> bool:
    """Whether an entry anchors another log."""
    return entry_kind(entry) == Kind.ANCHOR


def core_time(rig: Rig, number: int) -> int:
    """The time of an entry of coop 1's log."""
    entry = core_of(rig.engines[1]).store.entry(1, number)
    assert entry is not None
    return int(msgpack.unpackb(entry)[0])
