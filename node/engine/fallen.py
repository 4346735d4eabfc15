"""Fallen payments: those that are only in a history of a forked log that does not stand.

Members of the forked coop have what the standing history says, so what they paid in another one is undone;
but whoever was credited by that, elsewhere, keeps it (PROTOCOL section 7.11). These are the values, and how a
receipt of such a payment is cut out of the history. `fallen_watch` finds them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from ledger.chain import extend_all
from ledger.codec import split
from ledger.receipts import MAX_FOLLOWING, MAX_RECEIPT_BYTES, Receipt
from node.engine.branches_kept import Branch

MOST_FALLEN: Final = 20_000
"""How many are listed; whoever forks may write as many as fit a branch."""


@unique
class Outcome(StrEnum):
    """What holds of a fallen payment. The values are stable names for programs."""

    UNDONE = "undone"
    """No log took it in: who paid has the amount, and nobody was paid."""
    KEPT = "kept"
    """The payee's log took that history in: the payee keeps the amount, and who paid has it too."""
    COMMONS = "commons"
    """It was taken in, but the payee's account was closed: the common fund of the payee's coop has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallenPayment:
    """Entry `number` of a history of `coop`'s log, which has `head` after it. Amounts in minor units.

    A return is what the coop's commons, account 0, gave back to `payee`. `stands_as` is the entry of the
    standing history that is the very same payment: then it counts there besides, and is listed only
    because its payee was credited already.
    """

    coop: int
    number: int
    head: bytes
    time: int
    payer: int
    payee_coop: int
    payee: int
    amount: int
    fee: int
    is_return: bool
    outcome: Outcome = Outcome.UNDONE
    stands_as: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FallenProof:
    """The receipt of a fallen payment, and that of the entry which stands in its place.

    The latter only where a decision says which history stands, up to the payment at least.
    """

    payment: FallenPayment
    receipt: bytes
    standing: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedLog:
    """What a fork of `coop`'s log came to. `parted` is the length that its histories share.

    `version` is that of the charter which decided what stands; None: the one counts that most others took in.
    `payments` of `amount` have fallen, of which payees elsewhere keep `kept`.
    """

    coop: int
    parted: int
    version: int | None
    payments: int
    amount: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FallenList:
    """What has fallen, by coop, history and number. Not whole: it is being put together."""

    is_whole: bool = True
    payments: Sequence[FallenPayment] = ()
    forks: Sequence[ForkedLog] = ()
    left_out: int = 0
    by_head: Mapping[bytes, FallenPayment] = field(default_factory=dict)
    of_log: Mapping[int, Sequence[FallenPayment]] = field(default_factory=dict)
    of_account: Mapping[tuple[int, int], Sequence[FallenPayment]] = field(default_factory=dict)
    """Those that concern an account, by coop and account: as payer or payee."""


def listed(payments: Sequence[FallenPayment], forks: Sequence[ForkedLog]) -> FallenList:
    """The whole list with its look-ups."""
    shown = payments[:MOST_FALLEN]
    of_account: dict[tuple[int, int], list[FallenPayment]] = {}
    of_log: dict[int, list[FallenPayment]] = {}
    for each in shown:
        of_log.setdefault(each.coop, []).append(each)
        for account in {(each.coop, each.payer), (each.payee_coop, each.payee)}:
            of_account.setdefault(account, []).append(each)
    return FallenList(
        payments=shown,
        forks=forks,
        left_out=len(payments) - len(shown),
        by_head={each.head: each for each in shown},
        of_log=of_log,
        of_account=of_account,
    )


def branch_receipt(branch: Branch, number: int, *, federation: bytes, reach: int) -> Receipt | None:
    """The receipt of an entry of a branch, with its path to a signed head; not checked.

    The path goes on to `reach` where it can: at the length at which another history was decided to stand,
    whoever verifies sees that this is not it. None when the entry is not there, or even the first signed
    head is too far away.
    """
    found: Receipt | None = None
    entries: list[bytes] = []
    previous = b""
    for part in branch.parts:
        if part.signed.length < number:
            continue
        own = split(part.entries)
        if not entries:
            previous = extend_all(part.previous, own[: number - part.first])
            own = own[number - part.first :]
        entries += own
        is_short = sum(map(len, entries)) <= MAX_RECEIPT_BYTES - 8 * len(entries)
        if not entries or not is_short or len(entries) > MAX_FOLLOWING:
            break
        found = Receipt(
            federation=federation,
            coop=branch.coop,
            length=number,
            previous=previous,
            entry=entries[0],
            signature=part.signed.signature,
            following=tuple(entries[1:]),
        )
        if part.signed.length >= reach:
            break
    return found if number > branch.base else None
