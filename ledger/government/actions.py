"""What a vote can decide: the actions of a proposal, PROTOCOL section 13.3.

An action is an array that begins with its type. Here are the shapes: for each type a frozen class, whose
`value` is the array, and its reader. Who may not vote about it, when it may be proposed and what it does is
said in `ledger.rules.government.actions`. A new type is a class, a reader, a row of `READERS`, a place in
`Action`, and a rule there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final, cast

from ledger.codec import Value
from ledger.government.bylaws import Articles, read_articles
from ledger.shapes import MAX_STEWARDS, is_number, is_uint


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """The text is decided, and nothing else happens; `is_special` asks for the special majority."""

    type: ClassVar[int] = 0
    is_special: bool = False

    def value(self) -> Value:
        """The array."""
        return [self.type, int(self.is_special)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendBylaws:
    """These articles, and for all others the defaults, become the bylaws."""

    type: ClassVar[int] = 1
    articles: Articles

    def value(self) -> Value:
        """The array."""
        return [self.type, [list(pair) for pair in self.articles]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elect:
    """These members, and nobody else, are the stewards, each until a day of its own.

    `seats` has (account, Unix seconds), rising by account; `threshold` is how many of them have to sign.
    """

    type: ClassVar[int] = 2
    seats: tuple[tuple[int, int], ...]
    threshold: int

    def value(self) -> Value:
        """The array."""
        return [self.type, [list(seat) for seat in self.seats], self.threshold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """The stewards of these places, which rise, leave office."""

    type: ClassVar[int] = 3
    places: tuple[int, ...]

    def value(self) -> Value:
        """The array."""
        return [self.type, self.places]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideLimit:
    """An account gets this limit, as by a `limit` entry. Amounts in minor units, times in Unix seconds."""

    type: ClassVar[int] = 4
    account: int
    limit: int
    from_: int
    until: int | None
    after: int | None

    def value(self) -> Value:
        """The array."""
        return [self.type, self.account, self.limit, self.from_, self.until, self.after]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideStatus:
    """An account is frozen, or thawed."""

    type: ClassVar[int] = 5
    account: int
    is_frozen: bool

    def value(self) -> Value:
        """The array."""
        return [self.type, self.account, int(self.is_frozen)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSpend:
    """The commons pays an account of its coop, as by a `spend` entry. Amount in minor units."""

    type: ClassVar[int] = 6
    payee: int
    amount: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.payee, self.amount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expel:
    """An account closes. What it has goes to `payee`, an account of the same coop, or to the commons."""

    type: ClassVar[int] = 7
    account: int
    payee: int | None

    def value(self) -> Value:
        """The array."""
        return [self.type, self.account, self.payee]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRecovery:
    """Which key is right while a recovery of an account runs: the new one, or the one that it has."""

    type: ClassVar[int] = 8
    account: int
    recovery: int
    is_new_key: bool

    def value(self) -> Value:
        """The array."""
        return [self.type, self.account, self.recovery, int(self.is_new_key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideLevy:
    """A levy is collected once; rates in millionths of what members have and of what they owe."""

    type: ClassVar[int] = 9
    positive: int
    negative: int

    def value(self) -> Value:
        """The array."""
        return [self.type, self.positive, self.negative]


Action = (
    Resolve
    | AmendBylaws
    | Elect
    | Recall
    | DecideLimit
    | DecideStatus
    | DecideSpend
    | DecideRecovery
    | Expel
    | DecideLevy
)


def read_action(value: object) -> Action | None:
    """The action that a decoded value is; None when its shape or type is another."""
    if type(value) is not list or not value or type(value[0]) is not int:
        return None
    read = READERS.get(value[0])
    return None if read is None else read(cast("Sequence[object]", value[1:]))


def _read_resolve(rest: Sequence[object]) -> Resolve | None:
    if len(rest) != 1 or not _is_flag(rest[0]):
        return None
    return Resolve(is_special=bool(rest[0]))


def _read_bylaws(rest: Sequence[object]) -> AmendBylaws | None:
    articles = read_articles(rest[0]) if len(rest) == 1 else None
    return None if articles is None else AmendBylaws(articles=articles)


def _read_elect(rest: Sequence[object]) -> Elect | None:
    if len(rest) != 2 or not is_uint(rest[1]) or type(rest[0]) is not list:
        return None
    seats = [_read_seat(seat) for seat in rest[0]]
    known = [seat for seat in seats if seat is not None]
    if len(known) < len(seats) or not 1 <= len(known) <= MAX_STEWARDS:
        return None
    if not _rises([account for account, _ in known]):
        return None
    return Elect(seats=tuple(known), threshold=rest[1])


def _read_seat(value: object) -> tuple[int, int] | None:
    if type(value) is not list or len(value) != 2:
        return None
    account, until = value
    return (account, until) if is_number(account) and is_uint(until) else None


def _read_recall(rest: Sequence[object]) -> Recall | None:
    places = read_rising(rest[0], MAX_STEWARDS) if len(rest) == 1 else None
    return Recall(places=places) if places else None


def _read_limit(rest: Sequence[object]) -> DecideLimit | None:
    if len(rest) != 5:
        return None
    account, limit, from_, until, after = rest
    if not (is_number(account) and type(limit) is int and is_uint(from_)):
        return None
    if until is None and after is None:
        return DecideLimit(account=account, limit=limit, from_=from_, until=None, after=None)
    if not (is_uint(until) and type(after) is int):
        return None
    return DecideLimit(account=account, limit=limit, from_=from_, until=until, after=after)


def _read_status(rest: Sequence[object]) -> DecideStatus | None:
    if len(rest) != 2 or not is_number(rest[0]) or not _is_flag(rest[1]):
        return None
    return DecideStatus(account=rest[0], is_frozen=bool(rest[1]))


def _read_spend(rest: Sequence[object]) -> DecideSpend | None:
    if len(rest) != 2:
        return None
    payee, amount = rest
    if not is_number(payee) or type(amount) is not int:
        return None
    return DecideSpend(payee=payee, amount=amount)


def _read_levy(rest: Sequence[object]) -> DecideLevy | None:
    if len(rest) != 2:
        return None
    positive, negative = rest
    if not (is_uint(positive) and is_uint(negative)):
        return None
    return DecideLevy(positive=positive, negative=negative)


def _read_expel(rest: Sequence[object]) -> Expel | None:
    if len(rest) != 2:
        return None
    account, payee = rest
    if not is_number(account) or not (payee is None or is_number(payee)):
        return None
    return Expel(account=account, payee=payee)


def _read_recovery(rest: Sequence[object]) -> DecideRecovery | None:
    if len(rest) != 3 or not (is_number(rest[0]) and is_uint(rest[1]) and _is_flag(rest[2])):
        return None
    return DecideRecovery(account=rest[0], recovery=rest[1], is_new_key=bool(rest[2]))


def read_rising(value: object, most: int) -> tuple[int, ...] | None:
    """The numbers that a decoded value lists, strictly rising and at most `most`; None for another shape."""
    if type(value) is not list or len(value) > most:
        return None
    numbers = [number for number in value if is_number(number)]
    return tuple(numbers) if len(numbers) == len(value) and _rises(numbers) else None


def _rises(numbers: Sequence[int]) -> bool:
    return all(one < next_ for one, next_ in pairwise(numbers))


def _is_flag(value: object) -> bool:
    return type(value) is int and value in (0, 1)


READERS: Final[Mapping[int, Callable[[Sequence[object]], Action | None]]] = {
    Resolve.type: _read_resolve,
    AmendBylaws.type: _read_bylaws,
    Elect.type: _read_elect,
    Recall.type: _read_recall,
    DecideLimit.type: _read_limit,
    DecideStatus.type: _read_status,
    DecideSpend.type: _read_spend,
    Expel.type: _read_expel,
    DecideRecovery.type: _read_recovery,
    DecideLevy.type: _read_levy,
}
