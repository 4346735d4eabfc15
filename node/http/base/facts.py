"""Questions to the committed state that several rooms have, run in the engine's thread.

Each function looks at a `View`; None says that there is no such thing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, get_args

from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind
from ledger.government.leaving import Waterfall
from ledger.government.office import Seat
from ledger.names import shown
from ledger.refusals import Refusal
from ledger.rules.government.leaving import CLAIM_STANDS_S, claim_term, standing_claim
from ledger.rules.government.recoveries import running_recovery
from ledger.rules.government.settling import check_settling, who_pays
from ledger.rules.office import Office, Steward, seats_of_log, stewards_in_office
from ledger.rules.owning import accounts_owned
from ledger.rules.owning import keys_of as keys_of_account
from ledger.state import COMMONS, Account
from ledger.transactions import MAX_NUMBER, Kind, Pay, Return
from ledger.validators.interface import Validator
from ledger.validators.reading import LogReader
from node.engine.recording.coming_back import has_come_back
from node.engine.view import View
from node.http.base import shapes
from node.http.base.reading import plain_number
from node.http.base.sessions import SessionRole
from node.http.base.shapes import PaymentStatus
from node.spellings import Hash, PublicKey, Salt

CLASSES: Final[tuple[shapes.Class, ...]] = get_args(shapes.Class)
STATUSES: Final[tuple[shapes.Status, ...]] = ("open", "frozen", "closed")
_RETURNS_LOOKED_AT = 1_000


def own_log(view: View) -> LogReader:
    """The own log, as the ledger's rules see it."""
    return LogReader(view.validator, view.coop)


def coop_name(view: View) -> str:
    """What the own coop is called now."""
    return view.validator.newest_charter().coops[view.coop].name


def office(view: View) -> Office:
    """The stewards of the own coop, by the names that people call them."""
    found = stewards_in_office(own_log(view))
    named = {place: _as_called(view, steward) for place, steward in found.stewards.items()}
    return replace(found, stewards=named)


def _as_called(view: View, steward: Steward) -> Steward:
    """A steward whose account's name is beside the log, as all names are but those of founders."""
    return (
        steward
        if steward.account is None
        else replace(steward, name=handle_of(view, steward.account))
    )


def keys_of(view: View, role: SessionRole, number: int) -> tuple[bytes, ...]:
    """The keys that a member, or a steward in office, of the own coop signs with now; none of nobody.

    Any owner of a joint account may look at it. A delegated key may pay and see nothing.
    """
    if role is SessionRole.STEWARD:
        steward = office(view).stewards.get(number)
        return () if steward is None else (steward.key,)
    account = view.validator.account(view.coop, number)
    return () if account is None else keys_of_account(own_log(view), account)


def seats(view: View) -> tuple[Seat, ...]:
    """The places of the own coop's stewards, able to sign or not."""
    return seats_of_log(own_log(view)).taken


def steward_name(view: View, place: int) -> str:
    """What people call the steward of a place, whether in office still or not."""
    steward = office(view).stewards.get(place)
    return f"#{place}" if steward is None else steward.name


def public_account(view: View, coop: int, account: Account) -> shapes.Account:
    """What anybody may know of an account."""
    return shapes.Account(
        coop=view.validator.newest_charter().coops[coop].name,
        coop_number=coop,
        account=account.number,
        handle=account_name(view, coop, account),
        class_=CLASSES[account.class_],
        key=PublicKey(account.key),
        status=STATUSES[account.status],
        commitment=None if isinstance(account.handle, str) else Hash(account.handle),
        salt=_salt(view, coop, account),
        erased=view.engine.names().is_erased(coop, account.number),
    )


def _salt(view: View, coop: int, account: Account) -> Salt | None:
    opening = view.engine.names().opening(coop, account) if view.shows_names else None
    return None if opening is None else Salt(opening.salt)


def accounts_of_key(view: View, key: bytes) -> list[shapes.AccountOfKey]:
    """The accounts of this coop that have that key, or an owner with it."""
    numbers = {*view.validator.accounts_of_key(view.coop, key), *accounts_owned(own_log(view), key)}
    found = (view.validator.account(view.coop, number) for number in sorted(numbers))
    return [
        shapes.AccountOfKey(
            account=account.number,
            handle=account_name(view, view.coop, account),
            status=STATUSES[account.status],
        )
        for account in found
        if account is not None
    ]


def own_time(view: View) -> int:
    """The time that an entry recorded now would get, in Unix seconds."""
    return max(view.now_ms // 1000, view.validator.log(view.coop).time)


def running_recovery_of(view: View, account: int) -> shapes.RunningRecovery | None:
    """The recovery of an account of the own coop that runs."""
    found = running_recovery(own_log(view), account)
    if found is None:
        return None
    return shapes.RunningRecovery(
        number=found.number,
        key=PublicKey(found.key),
        began=found.began,
        due=found.due(),
        by_guardians=found.is_by_guardians,
        disputed=found.disputed,
        confirmed=found.is_confirmed,
    )


def standing_claim_of(view: View, account: int) -> shapes.StandingClaim | None:
    """The claim about an account of the own coop that can be acted on."""
    log = own_log(view)
    found = standing_claim(log, account, time=own_time(view))
    if found is None:
        return None
    due = found.time + claim_term(log)
    return shapes.StandingClaim(
        number=found.number, time=found.time, due=due, ends=due + CLAIM_STANDS_S
    )


def debt_of(view: View, account: Account) -> shapes.PaidDebt | None:
    """Who would pay what an account of the own coop owes, if it closed now; None where it owes nothing."""
    if account.balance >= 0:
        return None
    log = own_log(view)
    against = check_settling(account, log)
    is_within = against is not Refusal.COMMONS_DEBT_CEILING
    return paid_debt(view, who_pays(account, log), within_ceiling=is_within)


def paid_debt(view: View, paid: Waterfall, *, within_ceiling: bool = True) -> shapes.PaidDebt:
    """Who pays a debt of the own coop, or paid it."""
    return shapes.PaidDebt(
        debt=paid.debt,
        shares=[
            shapes.DebtShare(account=number, handle=handle_of(view, number), amount=share)
            for number, share in paid.shares
        ],
        commons=paid.commons,
        within_ceiling=within_ceiling,
    )


def handle_of(view: View, number: int) -> str:
    """What people call an account of the own coop."""
    account = view.validator.account(view.coop, number)
    return f"#{number}" if account is None else account_name(view, view.coop, account)


def account_name(view: View, coop: int, account: Account) -> str:
    """What people call an account of that coop, as far as this node knows; else its number."""
    if not view.shows_names:
        return shown(account.handle, account.number)
    return view.engine.names().name(coop, account) or f"#{account.number}"


def find_account(view: View, coop: int, named: str) -> Account | None:
    """The account with that number (`@#` may precede it), handle, or `@` and handle."""
    number = plain_number(named.removeprefix("@#"))
    if number is not None:
        return view.validator.account(coop, number) if number <= MAX_NUMBER else None
    found = view.engine.names().account_named(coop, named.removeprefix("@"))
    return None if found is None else view.validator.account(coop, found)


def read_entry(view: View, coop: int, number: int) -> Entry | None:
    """An entry that is held here."""
    data = view.store.entry(coop, number) if number >= 1 else None
    entry = None if data is None else decode_entry(data)
    return None if isinstance(entry, Refusal) else entry


def is_delivered(validator: Validator, coop: int, number: int, payee_coop: int) -> bool:
    """Whether entry `number` of that coop's log has reached the payee's log, as seen here."""
    return payee_coop == coop or validator.log(payee_coop).anchored.get(coop, 0) >= number


class Arrivals:
    """How far payments have come, as seen here; what was given back is read once for each account."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._returns: dict[tuple[int, int], set[tuple[int, int]]] = {}

    def status(self, coop: int, number: int, pay: Pay) -> PaymentStatus:
        """Of entry `number` of that coop's log: `recorded`, `delivered` or `returned`."""
        if not is_delivered(self._view.validator, coop, number, pay.payee_coop):
            return "returned" if self.came_back_by_leaving(coop, number, pay) else "recorded"
        return "returned" if self._came_back(coop, number, pay) else "delivered"

    def came_back_by_leaving(self, coop: int, number: int, pay: Pay) -> bool:
        """Whether it was still on its way when the payee's coop left, and is with its payer again."""
        validator = self._view.validator
        return pay.payee_coop != coop and has_come_back(
            validator, home=coop, number=number, payee_coop=pay.payee_coop
        )

    def _came_back(self, coop: int, number: int, pay: Pay) -> bool:
        """Whether an arrived payment found its payee's account closed, and is or was given back.

        Only where the payee's account is closed now there is anything to look for.
        """
        if pay.payee_coop == coop or pay.payee == COMMONS:
            return False
        payee = self._view.validator.account(pay.payee_coop, pay.payee)
        if payee is None or not payee.closed:
            return False
        place = (pay.payee_coop, payee.closed)
        if place not in self._returns:
            self._returns[place] = set(_returns_after(self._view, *place))
        return (coop, number) in self._returns[place]


def _returns_after(view: View, coop: int, closed: int) -> Iterator[tuple[int, int]]:
    """What that coop has still to give back, and what it gave back in the entries after `closed`."""
    for item in view.validator.returnable(coop):
        yield item.coop, item.number
    looked_at = 0
    for segment in view.store.segments(coop, closed + 1):
        for data in split(segment.entries):
            if looked_at == _RETURNS_LOOKED_AT:
                return
            looked_at += 1
            entry = decode_entry(data) if entry_kind(data) == Kind.RETURN else None
            if isinstance(entry, Entry) and isinstance(entry.transaction, Return):
                yield entry.transaction.coop, entry.transaction.number
