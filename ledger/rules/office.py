"""Who are the stewards of a cooperative, and how many of them an act takes: PROTOCOL sections 7.5 and 13.2.

Whoever asks about stewards asks here: the rules, the desk, drafts, and the command line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.account_keys import OWNERS_CHAPTER
from ledger.charter import Charter, Coop
from ledger.codec import encode
from ledger.government.articles import Article
from ledger.government.bylaws import BYLAWS_CHAPTER, Bylaws, newest_bylaws
from ledger.government.office import OFFICE_CHAPTER, OFFICE_KEY, Seat, Seats, seats_of
from ledger.names import shown
from ledger.refusals import Refusal
from ledger.signatures import SignatureInvalid, verify
from ledger.state import Account
from ledger.transactions import Signatures, Status

Verify = Callable[..., None]
"""As `ledger.signatures.verify`. A validator may pass one that knows the answers of a batch."""


class OfficeState(Protocol):
    """What has to be seen of a log to know its coop's stewards."""

    @property
    def coop(self) -> int:
        """The coop whose log it is."""

    @property
    def charter(self) -> Charter:
        """The charter in force for it."""

    def account(self, number: int) -> Account | None:
        """The account, not to be changed."""

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steward:
    """A steward in office: a place that never means anybody else, what people call them, their key.

    `account` is that of a steward who was elected; what people call them is then known beside the log.
    """

    place: int
    name: str
    key: bytes
    account: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The stewards in office by place, and how many of them an act takes where the bylaws don't say.

    `size` counts those who can't sign while their account is frozen or joint, too: so nobody who may freeze
    gets more power by freezing stewards.
    """

    stewards: Mapping[int, Steward]
    size: int
    threshold: int

    def needed(self, power: Article | None, bylaws: Bylaws) -> int:
        """How many must sign for what this power covers; all of them where it is None.

        Never more than are in office, so that no power is out of reach.
        """
        if power is None:
            return self.size
        return min(bylaws.value(power) or self.threshold, self.size)


def stewards_in_office(state: OfficeState) -> Office:
    """The stewards of the log's coop who can sign. A coop that its charter doesn't have (yet) has none.

    An elected one signs with the key that the account has now, so whoever recovers the account recovers the
    office; while it is frozen, perhaps because a thief has the key, nobody signs for it.
    """
    coop = state.charter.coops.get(state.coop)
    if coop is None:
        return Office(stewards={}, size=0, threshold=1)
    seats = seats_of_log(state)
    found = (_steward(seat, coop, state) for seat in seats.taken)
    stewards = {steward.place: steward for steward in found if steward is not None}
    frozen = sum(_is_kept_from_signing(seat, state) for seat in seats.taken)
    return Office(stewards=stewards, size=len(stewards) + frozen, threshold=seats.threshold)


def seats_of_log(state: OfficeState) -> Seats:
    """Who is in office in a log whose charter has its coop, able to sign or not."""
    return seats_of(state.charter.coops[state.coop], state.row(OFFICE_CHAPTER, OFFICE_KEY))


def _steward(seat: Seat, coop: Coop, state: OfficeState) -> Steward | None:
    if seat.account is None:
        if seat.place >= len(coop.stewards):
            return None
        founder = coop.stewards[seat.place]
        return Steward(place=seat.place, name=founder.name, key=founder.key)
    account = state.account(seat.account)
    if account is None or account.status is not Status.OPEN or _is_joint(account, state):
        return None
    name = shown(account.handle, account.number)
    return Steward(place=seat.place, name=name, key=account.key, account=account.number)


def _is_kept_from_signing(seat: Seat, state: OfficeState) -> bool:
    account = None if seat.account is None else state.account(seat.account)
    if account is None or account.status is Status.CLOSED:
        return False
    return account.status is Status.FROZEN or _is_joint(account, state)


def _is_joint(account: Account, state: OfficeState) -> bool:
    return state.row(OWNERS_CHAPTER, encode(account.number)) is not None


def bylaws_in_force(state: OfficeState) -> Bylaws:
    """What the log's coop has decided about itself."""
    return newest_bylaws(state.rows(BYLAWS_CHAPTER))


def check_stewards(
    state: OfficeState,
    power: Article | None,
    signatures: Signatures,
    message: bytes,
    verify: Verify = verify,
) -> Refusal | None:
    """The refusal that these stewards' signatures earn for an act of this power (section 7.5), or None.

    Without a power it takes all stewards in office.
    """
    office = stewards_in_office(state)
    # 7.5.1
    if any(place not in office.stewards for place, _ in signatures):
        return Refusal.STEWARD_UNKNOWN
    # 7.5.2: they rise strictly (section 6), so nobody counts twice.
    if len(signatures) < max(1, office.needed(power, bylaws_in_force(state))):
        return Refusal.STEWARDS_TOO_FEW
    # 7.5.3: all of them, also beyond the threshold: whoever is named in a log has signed.
    try:
        for place, signature in signatures:
            verify(public_key=office.stewards[place].key, message=message, signature=signature)
    except SignatureInvalid:
        return Refusal.SIGNATURE_INVALID
    return None
