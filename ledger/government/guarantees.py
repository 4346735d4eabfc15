"""What members answer for with others, PROTOCOL section 13.7: entries, rows, and the arithmetic of both.

A *guarantor* answers for what a *member* owes, up to a cap, until a day. The shapes of `guarantee` and
`lapse` are here as `ledger.transactions` has those of other kinds; whether an entry may happen is the
question of `ledger.rules.government.guarantees`. How a debt is divided is said once, in `shares`, for the
rules and for whoever shows it to people before. Amounts are minor units, times are Unix seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, cast

from ledger.codec import Value, decode, encode
from ledger.shapes import (
    AccountSignature,
    Kind,
    is_number,
    is_uint,
    read_account_signature,
)

GUARANTEES_CHAPTER: Final = "guarantees"
"""Key `[guarantor, member]`; the value is that of a `Pledge`, whose first element is the cap."""

MAX_GUARANTORS: Final = 16
"""So many answer for one member at most; more than the smallest of them takes its place."""

MAX_GUARANTEED: Final = 64
"""For so many members one guarantor answers at most."""

Rows = Iterable[tuple[bytes, bytes]]
"""Key and value of each row of the chapter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """The guarantor answers for a member up to `cap` until `until`; a cap of 0, without a day, withdraws.

    `revision` is 1 for the first that one guarantor says about one member.
    """

    kind: ClassVar[Kind] = Kind.GUARANTEE
    guarantor: int
    member: int
    revision: int
    cap: int
    until: int | None
    signature: AccountSignature = b""

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [
            Kind.GUARANTEE.value,
            self.guarantor,
            self.member,
            self.revision,
            self.cap,
            self.until,
            self.signature,
        ]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A guarantee whose day has come, or that debt doesn't need any more, goes down. The node makes it."""

    kind: ClassVar[Kind] = Kind.LAPSE
    guarantor: int
    member: int
    revision: int

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.LAPSE.value, self.guarantor, self.member, self.revision]

    unsigned_tail: ClassVar[int] = 0


GuaranteeChange = Guarantee | Lapse
"""All that changes what somebody answers for."""


def read_guarantee(fields: list[object]) -> Guarantee | None:
    """The `guarantee` that a decoded array holds; None when its shape is another."""
    if len(fields) != 7:
        return None
    _, guarantor, member, revision, cap, until, signature = fields
    if not (is_number(guarantor) and is_number(member) and is_uint(revision)):
        return None
    if type(cap) is not int or not (until is None or is_uint(until)):
        return None
    signed = read_account_signature(signature)
    if signed is None:
        return None
    return Guarantee(
        guarantor=guarantor,
        member=member,
        revision=revision,
        cap=cap,
        until=until,
        signature=signed,
    )


def read_lapse(fields: list[object]) -> Lapse | None:
    """The `lapse` that a decoded array holds; None when its shape is another."""
    if len(fields) != 4:
        return None
    _, guarantor, member, revision = fields
    if not (is_number(guarantor) and is_number(member) and is_uint(revision)):
        return None
    return Lapse(guarantor=guarantor, member=member, revision=revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """What one guarantor answers for with one member, as a row of the chapter has it."""

    cap: int = 0
    """What stands: up to so much the guarantor may have to pay, and has so much less to spend."""
    wanted: int = 0
    """To what the cap goes down as soon as no debt needs it; never above the cap."""
    until: int | None = None
    """From then on `wanted` is 0; None where it is."""
    revision: int = 0

    def wanted_at(self, time: int) -> int:
        """To what the cap goes down, as it is at that time."""
        return 0 if self.until is not None and time >= self.until else self.wanted

    def lapsed(self, time: int, needed: int) -> "Pledge":
        """The same once what is past is settled, while the member's debt needs `needed` of it."""
        wanted = self.wanted_at(time)
        cap = max(wanted, min(self.cap, needed))
        return replace(self, cap=cap, wanted=wanted, until=self.until if wanted else None)

    def changed(self, wanted: int, until: int | None, needed: int) -> "Pledge":
        """The next one, as its guarantor wants it. Raised at once; lowered so far as no debt needs it."""
        cap = max(wanted, min(self.cap, needed))
        return Pledge(cap=cap, wanted=wanted, until=until, revision=self.revision + 1)

    def encoded(self) -> bytes:
        """The value of its row."""
        return encode([self.cap, self.wanted, self.until, self.revision])


def pledge_key(guarantor: int, member: int) -> bytes:
    """The key of a row of the chapter."""
    return encode([guarantor, member])


def pledge_of(value: bytes | None) -> Pledge:
    """What a row of the chapter says; without one, nothing was ever pledged."""
    if value is None:
        return Pledge()
    cap, wanted, until, revision = cast("list[Any]", decode(value))
    return Pledge(cap=cap, wanted=wanted, until=until, revision=revision)


def pledges_for(rows: Rows, member: int) -> dict[int, Pledge]:
    """By guarantor, what others have said about a member; those with a cap of 0 too."""
    end = encode(member)  # most rows are of others, and need not be read to know it
    found = ((pair_of(key), value) for key, value in rows if key.endswith(end))
    return {pair[0]: pledge_of(value) for pair, value in found if pair[1] == member}


def pledges_by(rows: Rows, guarantor: int) -> dict[int, Pledge]:
    """By member, what a guarantor has said about others; those with a cap of 0 too."""
    beginning = pledge_key(guarantor, 0)[:-1]
    found = ((pair_of(key), value) for key, value in rows if key.startswith(beginning))
    return {pair[1]: pledge_of(value) for pair, value in found}


def pledged_by_all(rows: Rows) -> dict[int, int]:
    """How much each account has pledged, from the rows of the chapter; in minor units, none of them 0."""
    pledged: Counter[int] = Counter()
    for key, value in rows:
        guarantor, _ = pair_of(key)
        cap, *_ = cast("list[Any]", decode(value))
        if guarantor and cap:  # 0 is the commons, which pays nobody by itself
            pledged[guarantor] += cap
    return dict(pledged)


def needed_of(guarantor: int, *, balance: int, pledges: Mapping[int, Pledge]) -> int:
    """How much of a member's debt the other guarantors don't cover: so much stays pledged, up to the cap.

    `balance` is the member's, `pledges` all that stand for it, by guarantor.
    """
    others = sum(pledge.cap for number, pledge in pledges.items() if number != guarantor)
    return max(0, -balance - others)


def displaced_by(
    guarantor: int, cap: int, *, balance: int, pledges: Mapping[int, Pledge]
) -> int | None:
    """The guarantor in whose place a new one comes, where so many stand for a member as there may be.

    Who answers for least, of equals the highest account: if the new cap is above theirs, and the member's
    debt needs nothing of theirs once it counts. None: nobody has to make place, or nobody does.
    """
    caps = {number: pledge.cap for number, pledge in pledges.items() if pledge.cap > 0}
    if len(caps) < MAX_GUARANTORS or guarantor in caps:
        return None
    least = min(caps, key=lambda number: (caps[number], -number))
    joined = {**pledges, guarantor: Pledge(cap=cap)}
    gives_way = cap > caps[least] and not needed_of(least, balance=balance, pledges=joined)
    return least if gives_way else None


def gone_down(
    pledges: Mapping[int, Pledge], *, keeping: int, balance: int, time: int
) -> dict[int, Pledge]:
    """The same with all settled that are on their way down, rising, each after those before it.

    That of the guarantor `keeping` is as it is; `balance` is the member's.
    """
    after = dict(pledges)
    for number in sorted(set(pledges) - {keeping}):
        needed = needed_of(number, balance=balance, pledges=after)
        lapsed = after[number].lapsed(time, needed)
        if lapsed.cap < after[number].cap:
            after[number] = lapsed
    return after


def shares(debt: int, caps: Mapping[int, int]) -> dict[int, int]:
    """What each guarantor pays of a debt, by account, rising; nobody above the cap, in minor units.

    In proportion to the caps, together as much of the debt as they cover. What is left by rounding
    down goes, one minor unit each, to the largest remainders, of equal ones to the lowest account.
    Who has a cap of 0 is not there.
    """
    caps = {number: cap for number, cap in sorted(caps.items()) if cap > 0}
    covered = sum(caps.values())
    total = min(max(debt, 0), covered)
    paid = {number: total * cap // covered for number, cap in caps.items()}
    by_remainder = sorted(caps, key=lambda number: (-(total * caps[number] % covered), number))
    # There are never more of them than remainders above 0, so rounding up stays within each cap.
    for number in by_remainder[: total - sum(paid.values())]:
        paid[number] += 1
    return paid


def pair_of(key: bytes) -> tuple[int, int]:
    """The guarantor and the member of a row."""
    guarantor, member = cast("list[int]", decode(key))
    return guarantor, member
