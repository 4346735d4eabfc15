"""What the rules make due at a time is appended by the node itself: once, in time, also after a restart."""

from ledger.entries import decode_entry
from ledger.government.articles import Article
from ledger.government.leaving import NO_REASON
from ledger.refusals import Refusal
from ledger.rules.government.commons import levy_due
from ledger.transactions import Enact, Levy, Settle, Step, Transaction
from ledger.validators.interface import Sequenced
from ledger.validators.reading import LogReader
from node.engine.recording.duties import Duties
from node.engine.tick import Tick
from tests.builders import build_federation
from tests.government_builders import adopt_bylaws
from tests.leaving_builders import settle
from tests.node.engine.inside import core_of
from tests.node.engine.rig import Rig
from tests.voting_builders import NO, NOTICE, SECOND_CALL, YES, propose, vote

PERIOD = 3_600


def governed(**federation: int) -> Rig:
    """The node of a coop whose bylaws collect a hundredth of what members have, every hour."""
    made = build_federation(seed="duties", coops=1, **federation)  # type: ignore[arg-type]
    rig = Rig(1, federation=made)
    rig.ready()
    rig.admit(1, 1, 2)
    articles = {Article.LEVY_POSITIVE: 10_000, Article.LEVY_PERIOD: PERIOD}
    rig.submit(1, adopt_bylaws(made, 1, {int(key): value for key, value in articles.items()}))
    rig.submit(1, rig.pay(1, 1, 1, 2, 1_000))
    return rig


def levies(rig: Rig) -> list[Levy]:
    return [each for each in transactions(rig) if isinstance(each, Levy)]


def paid_back(rig: Rig, *, sequence: int, amount: int) -> bytes:
    """A payment by account 2 to account 1."""
    return rig.federation.pay(1, payer=2, sequence=sequence, payee_coop=1, payee=1, amount=amount)


def settles(rig: Rig) -> list[Settle]:
    return [each for each in transactions(rig) if isinstance(each, Settle)]


def transactions(rig: Rig) -> list[Transaction]:
    """Those of the log, in order."""
    length = rig.length(1, 1)
    entries = [rig.stores[1].entry(1, number) for number in range(1, length + 1)]
    decoded = [decode_entry(entry) for entry in entries if entry is not None]
    return [entry.transaction for entry in decoded if not isinstance(entry, Refusal)]


class Nobody:
    """Appends nothing."""

    def append(self, tick: Tick, transactions: list[bytes]) -> Sequenced:
        raise AssertionError("nothing is due")

    def has_room(self, tick: Tick) -> bool:
        return True


def test_the_node_wakes_when_a_levy_is_due() -> None:
    rig = governed()
    core = core_of(rig.engines[1])
    duties, due_ms = Duties(core), 1000 * levy_due(LogReader(core.validator, 1))
    for left_ms in (1000 * PERIOD, 1_500, 1):
        duties.run(Tick(due_ms - left_ms, 500), Nobody())
        assert duties.wake_at_ms() == 500 + left_ms


def test_a_levy_is_collected_when_it_is_due() -> None:
    rig = governed()
    rig.advance(1000 * PERIOD - 1_000)
    assert levies(rig) == []
    rig.advance(1_000)
    rig.tick(1)
    assert levies(rig) == [Levy(number=1, positive=10_000, negative=0)]
    assert rig.balance(1, 1, 2) == 990
    assert core_of(rig.engines[1]).validator.log(1).commons == 10
    rig.advance(10_000)
    rig.tick(1)
    assert len(levies(rig)) == 1


def test_the_claim_of_a_debt_goes_as_soon_as_it_is_paid() -> None:
    rig = governed()
    rig.submit(1, settle(rig.federation, 1, 1, Step.CLAIM))
    rig.submit(1, paid_back(rig, sequence=1, amount=999))
    rig.tick(1)
    assert [each.step for each in settles(rig)] == [Step.CLAIM]
    rig.submit(1, paid_back(rig, sequence=2, amount=1))
    rig.tick(1)
    _, gone = settles(rig)
    assert (gone.account, gone.revision, gone.step) == (1, 2, Step.WITHDRAW)
    assert (gone.reason, gone.stewards) == (NO_REASON, ())
    rig.submit(1, rig.pay(1, 2, 1, 2, 1))
    rig.advance(10_000)
    rig.tick(1)
    assert len(settles(rig)) == 2


def test_a_node_that_was_off_collects_one_levy_and_no_more() -> None:
    rig = governed()
    rig.advance(1000 * PERIOD * 5 // 2)
    rig.start(1)
    rig.ready()
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1]
    rig.advance(1000 * PERIOD)
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1, 2]


def test_votes_are_counted_when_they_close_one_after_the_other() -> None:
    federation = build_federation(seed="votes", coops=1)
    rig = Rig(1, federation=federation)
    rig.ready()
    rig.admit(1, 1, 2)
    first = rig.now_ms // 1000 + NOTICE + 60
    for number, close in ((1, first + 60), (2, first), (3, first)):
        rig.submit(1, propose(federation, 1, number, first=close, second=close + SECOND_CALL))
        rig.submit(1, vote(federation, 1, 1, number, YES))
    rig.submit(1, vote(federation, 1, 2, 3, NO))
    rig.advance(1000 * (first + 60 + SECOND_CALL) - rig.now_ms)
    for _ in range(3):
        rig.tick(1)
    assert enacted(rig) == [
        Enact(proposal=3, yes=1, no=1, abstain=0),
        Enact(proposal=2, yes=1, no=0, abstain=0),
        Enact(proposal=1, yes=1, no=0, abstain=0),
    ]
    length = rig.length(1, 1)
    rig.tick(1)
    assert rig.length(1, 1) == length


def enacted(rig: Rig) -> list[Enact]:
    return [each for each in transactions(rig) if isinstance(each, Enact)]


def test_a_full_day_keeps_a_levy_for_the_next() -> None:
    rig = governed(entries_per_day=3)
    rig.advance(1000 * PERIOD)
    rig.tick(1)
    assert levies(rig) == []
    rig.advance(1000 * 86_400)
    rig.tick(1)
    assert [levy.number for levy in levies(rig)] == [1]
