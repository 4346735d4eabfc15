"""Changes of the charter: what one `charter` entry alters, PROTOCOL section 7.13.

A change is an array that begins with its type. Here are the shapes: for each type a frozen class, whose
`value` is the array, and its reader. What a change does, and when it may, is said in
`ledger.rules.amendments` and `ledger.rules.charter`.
A new type is a class, a reader, a row of `READERS`, a place in `Change`, and a rule there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from ledger.charter import Steward
from ledger.charter_index import (
    Redenominate,
    SetIndex,
    read_index_change,
    read_redenomination,
)
from ledger.codec import MAX_ARRAY, Value
from ledger.shapes import MAX_STEWARDS, is_bytes, is_number, is_text, is_uint

COOP_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

Stewards = tuple[Steward, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A coop joins."""

    type: ClassVar[int] = 1
    coop: int
    name: str
    title: str
    node_key: bytes
    clearing_limit: int
    steward_threshold: int
    stewards: Stewards
    bylaws: bytes | None = None
    """The hash of its bylaws."""

    def value(self) -> Value:
        """The array."""
        return [
            self.type,
            self.coop,
            self.name,
            self.title,
            self.node_key,
            self.clearing_limit,
            self.steward_threshold,
            _stewards_value(self.stewards),
            self.bylaws,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A coop leaves: its own log ends when it is settled."""

    type: ClassVar[int] = 2
    coop: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetClearingLimit:
    """A coop gets another clearing limit, in minor units."""

    type: ClassVar[int] = 3
    coop: int
    limit: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop, self.limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNodeKey:
    """A coop's node gets another key, which signs the heads of its log beyond `length`."""

    type: ClassVar[int] = 4
    coop: int
    key: bytes
    length: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop, self.key, self.length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A coop is shut out until it is readmitted."""

    type: ClassVar[int] = 5
    coop: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmit:
    """A coop in quarantine is one of the others again; its log goes on from `head` at `length`."""

    type: ClassVar[int] = 6
    coop: int
    key: bytes
    limit: int
    length: int
    head: bytes

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop, self.key, self.limit, self.length, self.head]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideBranch:
    """Of a coop that has forked its log the branch with `head` at `length` stands.

    `losses` says what each other coop was credited from another branch, beyond the point where the two
    part; it is charged to the forking coop's commons. Coops rising, amounts in minor units.
    """

    type: ClassVar[int] = 7
    coop: int
    length: int
    head: bytes
    losses: tuple[tuple[int, int], ...] = ()

    def value(self) -> Value:
        """The array."""
        losses: list[Value] = [list(each) for each in self.losses]
        return [self.type, self.coop, self.length, self.head, losses]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuorums:
    """How many witnesses an anchor needs, and how many coops a decision."""

    type: ClassVar[int] = 8
    witness_quorum: int
    decision_quorum: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.witness_quorum, self.decision_quorum]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetTimeFall:
    """The entry after `length` in a coop's log may be earlier than the one before, from `time` on."""

    type: ClassVar[int] = 11
    coop: int
    length: int
    time: int
    """Unix seconds."""

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop, self.length, self.time]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEntriesPerDay:
    """How many payments, and how many other entries, a log takes in a day; None: as many as come."""

    type: ClassVar[int] = 12
    entries_per_day: int | None

    def value(self) -> Value:
        """The array."""
        return [self.type, self.entries_per_day]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStewards:
    """A coop gets other stewards."""

    type: ClassVar[int] = 13
    coop: int
    threshold: int
    stewards: Stewards

    def value(self) -> Value:
        """The array."""
        return [self.type, self.coop, self.threshold, _stewards_value(self.stewards)]


Change = (
    Join
    | Leave
    | SetClearingLimit
    | SetNodeKey
    | Quarantine
    | Readmit
    | DecideBranch
    | SetQuorums
    | SetIndex
    | Redenominate
    | LetTimeFall
    | SetEntriesPerDay
    | SetStewards
)


def read_change(value: object) -> Change | None:
    """The change that a decoded value holds; None for another shape."""
    if type(value) is not list or not value or type(value[0]) is not int:
        return None
    read = READERS.get(value[0])
    return None if read is None else read(value[1:])


def _read_join(elements: list[Any]) -> Join | None:
    if len(elements) != 8:
        return None
    coop, name, title, node_key, limit, threshold, people, bylaws = elements
    stewards = _read_stewards(people, threshold)
    if not (_is_coop(coop) and is_bytes(node_key, 32) and is_uint(limit)) or stewards is None:
        return None
    if type(name) is not str or not COOP_NAME.fullmatch(name) or not is_text(title, most=64):
        return None
    if bylaws is not None and not is_bytes(bylaws, 32):
        return None
    return Join(
        coop=coop,
        name=name,
        title=title,
        node_key=node_key,
        clearing_limit=limit,
        steward_threshold=threshold,
        stewards=stewards,
        bylaws=bylaws,
    )


def _read_leave(elements: list[Any]) -> Leave | None:
    match elements:
        case [coop] if _is_coop(coop):
            return Leave(coop=coop)
    return None


def _read_clearing_limit(elements: list[Any]) -> SetClearingLimit | None:
    match elements:
        case [coop, limit] if _is_coop(coop) and is_uint(limit):
            return SetClearingLimit(coop=coop, limit=limit)
    return None


def _read_node_key(elements: list[Any]) -> SetNodeKey | None:
    match elements:
        case [coop, key, length] if _is_coop(coop) and is_bytes(key, 32) and is_uint(length):
            return SetNodeKey(coop=coop, key=key, length=length)
    return None


def _read_quarantine(elements: list[Any]) -> Quarantine | None:
    match elements:
        case [coop] if _is_coop(coop):
            return Quarantine(coop=coop)
    return None


def _read_readmission(elements: list[Any]) -> Readmit | None:
    match elements:
        case [coop, key, limit, length, head] if (
            _is_coop(coop) and is_uint(limit) and is_uint(length)
        ):
            if is_bytes(key, 32) and is_bytes(head, 32):
                return Readmit(coop=coop, key=key, limit=limit, length=length, head=head)
    return None


def _read_branch(elements: list[Any]) -> DecideBranch | None:
    match elements:
        case [coop, length, head, listed] if _is_coop(coop) and is_uint(length):
            losses = _read_losses(listed)
            if is_bytes(head, 32) and losses is not None:
                return DecideBranch(coop=coop, length=length, head=head, losses=losses)
    return None


def _read_losses(value: object) -> tuple[tuple[int, int], ...] | None:
    """Coops, rising, with amounts from 1 on."""
    if type(value) is not list or len(value) > MAX_ARRAY:
        return None
    losses: list[tuple[int, int]] = []
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or not _is_coop(pair[0]):
            return None
        if not is_uint(pair[1]) or pair[1] == 0 or (losses and pair[0] <= losses[-1][0]):
            return None
        losses.append((pair[0], pair[1]))
    return tuple(losses)


def _read_quorums(elements: list[Any]) -> SetQuorums | None:
    match elements:
        case [witnesses, deciders] if is_uint(witnesses) and is_uint(deciders):
            return SetQuorums(witness_quorum=witnesses, decision_quorum=deciders)
    return None


def _read_time_fall(elements: list[Any]) -> LetTimeFall | None:
    match elements:
        case [coop, length, time] if _is_coop(coop) and is_uint(length) and is_uint(time):
            return LetTimeFall(coop=coop, length=length, time=time)
    return None


def _read_entries_per_day(elements: list[Any]) -> SetEntriesPerDay | None:
    match elements:
        case [most] if most is None or (is_uint(most) and most > 0):
            return SetEntriesPerDay(entries_per_day=most)
    return None


def _read_new_stewards(elements: list[Any]) -> SetStewards | None:
    match elements:
        case [coop, threshold, people] if _is_coop(coop):
            stewards = _read_stewards(people, threshold)
            if stewards is not None:
                return SetStewards(coop=coop, threshold=threshold, stewards=stewards)
    return None


READERS: Final[Mapping[int, Callable[[list[Any]], Change | None]]] = {
    Join.type: _read_join,
    Leave.type: _read_leave,
    SetClearingLimit.type: _read_clearing_limit,
    SetNodeKey.type: _read_node_key,
    Quarantine.type: _read_quarantine,
    Readmit.type: _read_readmission,
    DecideBranch.type: _read_branch,
    SetQuorums.type: _read_quorums,
    SetIndex.type: read_index_change,
    Redenominate.type: read_redenomination,
    LetTimeFall.type: _read_time_fall,
    SetEntriesPerDay.type: _read_entries_per_day,
    SetStewards.type: _read_new_stewards,
}
"""Of each type the reader of what follows it."""


def _is_coop(value: object) -> bool:
    return is_number(value) and value > 0


def _read_stewards(value: object, threshold: object) -> Stewards | None:
    """Stewards with keys of which no two are the same, at least `threshold` of them."""
    if type(value) is not list or not 1 <= len(value) <= MAX_STEWARDS:
        return None
    if type(threshold) is not int or not 1 <= threshold <= len(value):
        return None
    stewards = []
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or not is_text(pair[0], most=32):
            return None
        if not is_bytes(pair[1], 32):
            return None
        stewards.append(Steward(name=pair[0], key=pair[1]))
    is_unique = len({steward.key for steward in stewards}) == len(stewards)
    return tuple(stewards) if is_unique else None


def _stewards_value(stewards: Stewards) -> Value:
    return [[steward.name, steward.key] for steward in stewards]
