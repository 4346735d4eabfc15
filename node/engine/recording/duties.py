"""What a coop's own rules make due at a time, and the node appends by itself: no person has to be there.

A duty says which transaction comes next and from when on. It only reads the log; that the rules agree is seen
when it is appended, and what they refuse then is not tried again before the log or the time has moved on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.rules.government.commons import levy_due, next_levy
from ledger.rules.government.leaving import next_paid_claim
from ledger.rules.government.recovery import next_restoration
from ledger.rules.government.register import open_proposals
from ledger.transactions import Enact, Transaction, encode_transaction
from ledger.validators.interface import Sequenced
from ledger.validators.reading import LogReader
from node.engine.core import Core
from node.engine.recording.lapses import Lapses
from node.engine.tick import Tick


@dataclass(frozen=True, slots=True)
class Due:
    """A transaction, and from when on the rules take it, in Unix seconds of the log."""

    transaction: Transaction
    time: int


Duty = Callable[[LogReader], Due | None]
"""What comes next of one sort, from the own log as it is now; None when nothing does."""


class Appender(Protocol):
    """The part that appends to the own log."""

    def append(self, tick: Tick, transactions: list[bytes]) -> Sequenced:
        """Append what the rules accept."""

    def has_room(self, tick: Tick) -> bool:
        """Whether the day has room for one more entry."""


def levy_duty(log: LogReader) -> Due | None:
    """The levy of the next period (PROTOCOL section 13.10)."""
    levy = next_levy(log)
    return None if levy is None else Due(levy, levy_due(log))


def enactment_duty(log: LogReader) -> Due | None:
    """The count of the vote that closes first (PROTOCOL section 13.5)."""
    open_votes = open_proposals(log)
    if not open_votes:
        return None
    number, proposal = min(open_votes.items(), key=lambda each: each[1].ready_at())
    counts = proposal.counts
    counted = Enact(proposal=number, yes=counts.yes, no=counts.no, abstain=counts.abstain)
    return Due(counted, proposal.ready_at())


def restoration_duty(log: LogReader) -> Due | None:
    """The end of the recovery that is due first (PROTOCOL section 13.6)."""
    found = next_restoration(log)
    return None if found is None else Due(*found)


def paid_claim_duty(log: LogReader) -> Due | None:
    """The end of a claim whose debt was paid (PROTOCOL section 13.8)."""
    time = log.validator.log(log.coop).time
    found = next_paid_claim(log, time=time)
    return None if found is None else Due(found, time)


DUTIES: Final[tuple[Duty, ...]] = (
    paid_claim_duty,
    enactment_duty,
    restoration_duty,
    levy_duty,
)
"""All of them, in the order in which they are done."""


class Duties:
    """Does what is due in the own log, and knows when something will be."""

    def __init__(self, core: Core, duties: tuple[Duty, ...] = DUTIES) -> None:
        self._core = core
        self._duties = duties
        self._read_at = -1
        self._ahead: list[Due] = []
        self._lapses = Lapses()
        self._wake_at_ms: int | None = None

    def run(self, tick: Tick, own: Appender) -> None:
        """Append everything that is due; what that makes due in its turn waits for the next tick."""
        self._wake_at_ms = None
        if not self._core.is_open:
            return
        log = self._core.validator.log(self._core.coop)
        now = max(tick.now_ms // 1000, log.time)
        look_at = self._lapses.look_at
        if log.length != self._read_at or (look_at is not None and look_at <= now):
            self._read(now)
        due = [each for each in self._ahead if each.time <= now]
        if due and own.has_room(tick):
            self._ahead = [each for each in self._ahead if each.time > now]
            done = own.append(tick, [encode_transaction(each.transaction) for each in due])
            for each, outcome in zip(due, done.outcomes, strict=True):
                name = type(each.transaction).__name__.lower()
                tick.notice("duty", what=name, outcome=outcome)
            if done.count:
                self._read(now)
        times = [each.time for each in self._ahead]
        if self._lapses.look_at is not None:
            times.append(self._lapses.look_at)
        if times:
            first = min(times)
            self._wake_at_ms = tick.steady_ms + max(1, 1000 * first - tick.now_ms)

    def _read(self, now: int) -> None:
        log = LogReader(self._core.validator, self._core.coop)
        self._read_at = log.length
        self._ahead = [found for duty in self._duties if (found := duty(log)) is not None]
        # Guarantees that fall (PROTOCOL section 13.7): there can be many of them on one day.
        self._ahead += [Due(lapse, now) for lapse in self._lapses.find(log, now)]

    def wake_at_ms(self) -> int | None:
        """When something will be due, of the steady clock."""
        return self._wake_at_ms
