"""What people of a simulated federation may want to change about its charter.

A matter is told to every coop's stewards at one time; each of them sees at the own node what the change would
have to say just now. Where they see or read different things they stand for different changes, until
they don't.
"""

from collections.abc import Callable
from random import Random
from typing import Final, Protocol

from ledger.chain import SignedHead
from ledger.charter import Charter, Steward
from ledger.charter_changes import (
    Change,
    DecideBranch,
    LetTimeFall,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_index import IndexTable, Redenominate, SetIndex
from ledger.validators.interface import Validator
from node.engine.view import View
from tests.builders import START, signing_key

_AHEAD: Final = 15
"""How many entries ahead of a log the place is named from which its time may fall."""
_INSTEAD: Final = 400_000


class Matter(Protocol):
    """Something to be changed."""

    name: str
    may_be_misread: bool
    """Whether there are several things to be understood by it, numbered from 0, the right one."""

    def change(self, view: View, wrong: int) -> Change | None:
        """What stewards who look at their own node stand for; None while they have to wait."""


class Plain:
    """A change that is what it is, whatever a node holds."""

    may_be_misread = False

    def __init__(self, name: str, change: Change) -> None:
        self.name = name
        self._change = change

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        return self._change


class Limit:
    """Another clearing limit, which somebody may read wrongly."""

    name = "clearing limits"
    may_be_misread = True

    def __init__(self, coop: int, limit: int) -> None:
        self._coop = coop
        self._limit = limit

    def change(self, view: View, wrong: int) -> Change:
        """See `Matter.change`."""
        return SetClearingLimit(coop=self._coop, limit=self._limit + wrong)


class EntriesPerDay:
    """Another number of entries a day, far above what anybody needs."""

    name = "entries per day"
    may_be_misread = True

    def __init__(self, most: int) -> None:
        self._most = most

    def change(self, view: View, wrong: int) -> Change:
        """See `Matter.change`."""
        return SetEntriesPerDay(entries_per_day=self._most + wrong)


class NewStewards:
    """A coop gets another third steward, and asks for one or two of them."""

    name = "stewards"
    may_be_misread = True

    def __init__(self, coop: int, number: int) -> None:
        self._coop = coop
        self._number = number

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`. The first two stay, who sign all that is signed in a run."""
        coop = view.validator.charter(view.coop).coops.get(self._coop)
        if coop is None:
            return None
        third = signing_key("simulation", "steward", self._coop, f"new {self._number + wrong}")
        stewards = (*coop.stewards[:2], Steward(name="new", key=third.public_key))
        return SetStewards(coop=self._coop, threshold=1 + self._number % 2, stewards=stewards)


class Quorums:
    """Other quorums, which the honest coops can reach; that of witnesses is as it was or higher."""

    name = "quorums"
    may_be_misread = False

    def __init__(self, absent: int, *, witnesses: int) -> None:
        self._absent = absent
        self._witnesses = witnesses

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        charter = view.validator.charter(view.coop)
        members = sum(1 for _ in charter.members())
        least, most = members // 2 + 1, members - self._absent
        deciders = least if charter.decision_quorum >= most else charter.decision_quorum + 1
        witnesses = min(charter.witness_quorum + self._witnesses, members - 1 - self._absent)
        return SetQuorums(
            witness_quorum=max(charter.witness_quorum, witnesses),
            decision_quorum=max(least, min(deciders, most)),
        )


class TimeFall:
    """A log's time may fall, a little ahead of where the log is; who sees it beyond that gives it up."""

    name = "falls of time"
    may_be_misread = False

    def __init__(self, coop: int, length: int) -> None:
        self._coop = coop
        self._length = length + _AHEAD

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        if view.validator.log(self._coop).length > self._length:
            return SetEntriesPerDay(entries_per_day=_INSTEAD + self._length)
        return LetTimeFall(coop=self._coop, length=self._length, time=START)


class NewKey:
    """A node has lost its key: the new one counts from the end of its log on, which all have to hold."""

    name = "node keys"
    may_be_misread = False

    def __init__(self, coop: int, key: bytes, length: int) -> None:
        self._coop = coop
        self._key = key
        self._length = length

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        if view.validator.log(self._coop).length != self._length:
            return None
        return SetNodeKey(coop=self._coop, key=self._key, length=self._length)


class Stands:
    """The history of a forked log stands that the books go by, as far as others anchored it."""

    name = "histories that stand"
    may_be_misread = False

    def __init__(self, coop: int) -> None:
        self._coop = coop

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        validator, coop = view.validator, self._coop
        found = anchored_end(validator, coop)
        if found is None:
            return None
        length, head = found
        losses = {
            other: validator.loss_by(other, other=coop, length=length, head=head) or 0
            for other in validator.coops
            if other != coop
        }
        listed = tuple((other, loss) for other, loss in sorted(losses.items()) if loss)
        return DecideBranch(coop=coop, length=length, head=head, losses=listed)


class Readmission:
    """A coop in quarantine goes on with a new key, from the end of its log."""

    name = "readmissions"
    may_be_misread = False

    def __init__(
        self, coop: int, key: bytes, limit: int, end: Callable[[], SignedHead | None]
    ) -> None:
        self._coop = coop
        self._key = key
        self._limit = limit
        self._end = end

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        log, signed = view.validator.log(self._coop), self._end()
        length, head = log.length, log.head
        if signed is not None:
            length, head = signed.length, signed.head
        return Readmit(coop=self._coop, key=self._key, limit=self._limit, length=length, head=head)


class NewTable:
    """Another table of the index takes over where the values that the own log knows end."""

    name = "index tables"
    may_be_misread = False

    def __init__(self, quote_days: int) -> None:
        self._quote_days = quote_days

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        index = view.validator.index(view.coop)
        chartered = view.validator.charter(view.coop).index
        if index is None or chartered is None:
            return None
        now = chartered.parameters
        table = IndexTable(
            method=now.method,
            publishers=chartered.publishers,
            quorum=now.quorum,
            source_quorum=now.source_quorum,
            step_cap=now.step_cap,
            stand_in_limit=now.stand_in_limit,
            quote_days=self._quote_days,
            source="another office",
        )
        return SetIndex(first_day=index.known_until + 1, table=table)


class NewCurrency:
    """Zeros are struck off the currency, or put to it, where the known values end."""

    name = "redenominations"
    may_be_misread = False

    def __init__(self, number: int) -> None:
        self._number = number

    def change(self, view: View, wrong: int) -> Change | None:
        """See `Matter.change`."""
        index = view.validator.index(view.coop)
        if index is None:
            return None
        numerator, denominator = ((1, 10), (10, 1))[self._number % 2]
        return Redenominate(
            first_day=index.known_until + 1,
            numerator=numerator,
            denominator=denominator,
            currency="AR" + chr(ord("A") + self._number % 16),
        )


def anchored_end(validator: Validator, coop: int) -> tuple[int, bytes] | None:
    """How far others' logs have anchored the standing history of a log, and its head there."""
    branch = validator.standing(coop)
    length = max(
        validator.taken_in(other, other=coop, of=branch)
        for other in validator.coops
        if other != coop
    )
    head = validator.head_at(coop, length, branch=branch)
    return None if head is None else (length, head)


def quarantine(coop: int) -> Matter:
    """A coop is shut out."""
    return Plain("quarantines", Quarantine(coop=coop))


def any_matter(
    random: Random,
    charter: Charter,
    length_of: Callable[[int], int],
    number: int,
    *,
    absent: int,
    is_printed: bool,
) -> Matter:
    """One of those that can be wanted at any time.

    `absent`: how many coops may have to be done without; `is_printed`: whether there is an index of prints.
    """
    if is_printed and random.random() < 0.5:
        return random.choice((NewTable(8 + number), NewCurrency(number)))
    coop = random.choice([member.number for member in charter.members()])
    most = charter.coops[coop].clearing_limit + 100 * number
    return random.choice(
        (
            Limit(coop, most),
            EntriesPerDay(100_000 + 10 * number),
            NewStewards(coop, 10 * number + random.randint(0, 1)),
            Quorums(absent, witnesses=0),
            TimeFall(coop, length_of(coop)),
        )
    )
