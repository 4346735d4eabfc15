"""`guarantee` and `lapse`: who answers for whom, and how far down that may go. PROTOCOL section 13.7.

A guarantor raises at once, as far as there is room, and lowers only what no standing debt needs. Whoever
comes frees those who wanted to go: what they hold is settled in the same entry. Nothing here moves an amount
or a limit. What closing an account ends is said in `ledger.rules.closing`.
"""

from collections.abc import Mapping
from typing import Final, Protocol, assert_never

from ledger.codec import MAX
from ledger.effects import Effects, Row
from ledger.government.articles import DAY
from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    MAX_GUARANTEED,
    MAX_GUARANTORS,
    Guarantee,
    GuaranteeChange,
    Lapse,
    Pledge,
    displaced_by,
    gone_down,
    needed_of,
    pledge_key,
    pledge_of,
    pledges_by,
    pledges_for,
)
from ledger.refusals import Refusal
from ledger.rules.office import Verify
from ledger.rules.owning import check_account_signature
from ledger.state import COMMONS, Account
from ledger.transactions import Status

LONGEST_GUARANTEE_S: Final = 3_650 * DAY
"""So far ahead a guarantee ends at most; then it can be given again."""


class PledgeState(Protocol):
    """What is seen of a log to know what stands."""

    def account(self, number: int) -> Account | None:
        """The account, not to be changed."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""


class GuaranteeState(PledgeState, Protocol):
    """What is seen of a log to judge what is about guarantees."""

    def pledged(self, account: int) -> int:
        """What an account answers for with others, in minor units."""


def decide_guarantee(
    change: GuaranteeChange,
    *,
    state: GuaranteeState,
    time: int,
    message: bytes,
    verify: Verify,
) -> Effects | Refusal:
    """What `change` does when it becomes an entry at `time`, or the refusal.

    `message` is what the signature in it covers.
    """
    match change:
        case Guarantee():
            refusal = check_guarantee(change, state=state, time=time) or _check_signed(
                change, state, message, verify
            )
            return refusal or _put(change.member, state, after_guarantee(change, state, time=time))
        case Lapse():
            refusal = check_lapse(change, state=state, time=time)
            after = {change.guarantor: lapsed(change, state, time=time)}
            return refusal or _put(change.member, state, after)
        case _:
            assert_never(change)


def check_guarantee(guarantee: Guarantee, *, state: GuaranteeState, time: int) -> Refusal | None:
    """The refusal that a guarantee earns whoever signed it, or None."""
    refusal = _check_accounts(guarantee, state)
    if refusal is not None:
        return refusal
    # 13.7.5: what a guarantor signed is taken once.
    if guarantee.revision != standing(state, guarantee.guarantor, guarantee.member).revision + 1:
        return Refusal.REVISION_MISMATCH
    # 13.7.6
    if not 0 <= guarantee.cap <= MAX:
        return Refusal.AMOUNT_OUT_OF_RANGE
    return _check_until(guarantee, time) or _check_room(guarantee, state, time)


def _check_accounts(guarantee: Guarantee, state: GuaranteeState) -> Refusal | None:
    guarantor, member = state.account(guarantee.guarantor), state.account(guarantee.member)
    # 13.7.1: the coop answers by itself for what nobody else does (13.8).
    if guarantor is None or member is None or COMMONS in (guarantee.guarantor, guarantee.member):
        return Refusal.ACCOUNT_UNKNOWN
    # 13.7.2
    if guarantee.guarantor == guarantee.member:
        return Refusal.GUARANTOR_IS_MEMBER
    # 13.7.3
    if Status.CLOSED in (guarantor.status, member.status):
        return Refusal.ACCOUNT_CLOSED
    # 13.7.4: a thief may have the key of who is frozen. Who is frozen can be answered for.
    return Refusal.ACCOUNT_FROZEN if guarantor.status is Status.FROZEN else None


def _check_until(guarantee: Guarantee, time: int) -> Refusal | None:
    # 13.7.7: nobody answers for ever without saying so again.
    if (guarantee.until is None) != (guarantee.cap == 0):
        return Refusal.GUARANTEE_UNTIL_WRONG
    if guarantee.until is not None and not 0 < guarantee.until - time <= LONGEST_GUARANTEE_S:
        return Refusal.GUARANTEE_UNTIL_WRONG
    return None


def _check_room(guarantee: Guarantee, state: GuaranteeState, time: int) -> Refusal | None:
    before = standing(state, guarantee.guarantor, guarantee.member)
    after = guaranteed(guarantee, state)
    # 13.7.8: who has withdrawn may say so again, once a debt needs less of it.
    as_it_is = (before.cap, before.wanted_at(time), _until_at(before, time))
    if (after.cap, after.wanted, after.until) == as_it_is:
        return Refusal.GUARANTEE_UNCHANGED
    # 13.7.9: lowering is always possible, whatever became of the room since.
    more = after.cap - before.cap
    if more > 0 and more > room_of(guarantee.guarantor, state, time=time):
        return Refusal.GUARANTEE_BEYOND_ROOM
    # 13.7.10
    if more > 0 and before.cap == 0:
        rows = state.rows(GUARANTEES_CHAPTER)
        members = sum(pledge.cap > 0 for pledge in pledges_by(rows, guarantee.guarantor).values())
        guarantors = sum(pledge.cap > 0 for pledge in pledges_for(rows, guarantee.member).values())
        is_full = guarantors >= MAX_GUARANTORS and _displaced(guarantee, state) is None
        if members >= MAX_GUARANTEED or is_full:
            return Refusal.GUARANTORS_TOO_MANY
    return None


def _until_at(pledge: Pledge, time: int) -> int | None:
    return pledge.until if pledge.wanted_at(time) else None


def _check_signed(
    guarantee: Guarantee, state: GuaranteeState, message: bytes, verify: Verify
) -> Refusal | None:
    # 13.7.11
    guarantor = state.account(guarantee.guarantor)
    assert guarantor is not None, "a checked guarantee is by an account that is there"
    return check_account_signature(state, guarantor, guarantee.signature, message, verify)


def check_lapse(lapse: Lapse, *, state: PledgeState, time: int) -> Refusal | None:
    """The refusal that a lapse earns at `time`, or None."""
    # 13.7.12
    before = standing(state, lapse.guarantor, lapse.member)
    if lapse.revision != before.revision:
        return Refusal.REVISION_MISMATCH
    # 13.7.13
    unchanged = lapsed(lapse, state, time=time).cap == before.cap
    return Refusal.LAPSE_EARLY if unchanged else None


def standing(state: PledgeState, guarantor: int, member: int) -> Pledge:
    """What a guarantor answers for with a member."""
    return pledge_of(state.row(GUARANTEES_CHAPTER, pledge_key(guarantor, member)))


def needed(state: PledgeState, guarantor: int, member: int) -> int:
    """How much of a member's debt stands or falls with this guarantor, up to the cap; in minor units."""
    account = state.account(member)
    balance = 0 if account is None else account.balance
    pledges = pledges_for(state.rows(GUARANTEES_CHAPTER), member)
    return needed_of(guarantor, balance=balance, pledges=pledges)


def room_of(guarantor: int, state: GuaranteeState, *, time: int) -> int:
    """How much more a guarantor could pledge or spend at `time`, in minor units; it can be below 0."""
    account = state.account(guarantor)
    assert account is not None, "room is asked of an account that is there"
    return account.balance + account.limit_at(time) - state.pledged(guarantor)


def guaranteed(guarantee: Guarantee, state: PledgeState) -> Pledge:
    """What would stand of its guarantor's after a guarantee."""
    before = standing(state, guarantee.guarantor, guarantee.member)
    least = needed(state, guarantee.guarantor, guarantee.member)
    return before.changed(guarantee.cap, guarantee.until, least)


def after_guarantee(guarantee: Guarantee, state: PledgeState, *, time: int) -> dict[int, Pledge]:
    """What stands for the member then, by guarantor: the new one counts, and what it frees goes down."""
    account = state.account(guarantee.member)
    assert account is not None, "a checked guarantee is for an account that is there"
    guarantor = guarantee.guarantor
    pledges = pledges_for(state.rows(GUARANTEES_CHAPTER), guarantee.member)
    joined = {**pledges, guarantor: guaranteed(guarantee, state)}
    displaced = _displaced(guarantee, state)
    if displaced is not None:
        joined[displaced] = Pledge(revision=pledges[displaced].revision)
    return gone_down(joined, keeping=guarantor, balance=account.balance, time=time)


def _displaced(guarantee: Guarantee, state: PledgeState) -> int | None:
    member = state.account(guarantee.member)
    assert member is not None, "a checked guarantee is for an account that is there"
    return displaced_by(
        guarantee.guarantor,
        guarantee.cap,
        balance=member.balance,
        pledges=pledges_for(state.rows(GUARANTEES_CHAPTER), guarantee.member),
    )


def lapsed(lapse: Lapse, state: PledgeState, *, time: int) -> Pledge:
    """What stands of a guarantee at `time`, once nothing waits."""
    before = standing(state, lapse.guarantor, lapse.member)
    return before.lapsed(time, needed(state, lapse.guarantor, lapse.member))


def _put(member: int, state: GuaranteeState, after: Mapping[int, Pledge]) -> Effects:
    """The rows for a member that change, and what their guarantors have pledged then."""
    rows: list[Row] = []
    pledged: list[tuple[int, int]] = []
    for guarantor, pledge in sorted(after.items()):
        before = standing(state, guarantor, member)
        if pledge == before:
            continue
        key = pledge_key(guarantor, member)
        rows.append(Row(chapter=GUARANTEES_CHAPTER, key=key, value=pledge.encoded()))
        pledged.append((guarantor, state.pledged(guarantor) + pledge.cap - before.cap))
    return Effects(chapters=tuple(rows), pledged=tuple(pledged))
