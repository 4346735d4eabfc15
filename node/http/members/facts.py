"""What members and stewards see of accounts, from the committed state; run in the engine's thread."""

from typing import Literal

from msgspec.structs import asdict

from ledger.codec import MAX
from ledger.entries import Entry
from ledger.government.articles import Article
from ledger.government.limits import is_near_limit, soft_limit
from ledger.rules.office import bylaws_in_force
from ledger.state import Account
from ledger.transactions import Pay, Return
from ledger.validators.reading import LogReader
from node.engine.health.troubles import NOT_PAYABLE
from node.engine.view import View
from node.http.base import facts
from node.http.base.shapes import PaymentStatus
from node.http.members import shapes
from node.http.members.debts import debt_of
from node.http.members.erasing import erasure_asked
from node.http.members.held_entries import HeldEntries, place_of
from node.http.members.paid_for import paid_for_others
from node.http.members.telling import Telling
from node.notices.notices import reminder_days
from node.notices.watching import coming_fall
from node.spellings import Binary, Hash
from node.store import HistoryPlace, HistoryRow, Role


def found_account(view: View, coop: int, account: Account) -> shapes.FoundAccount:
    """What anybody may know of an account, and what keeps payments to its coop from arriving."""
    troubles = (each for each in view.status.troubles if each.coop == coop)
    return shapes.FoundAccount(
        **asdict(facts.public_account(view, coop, account)),
        warnings=[each.kind for each in troubles if each.kind in NOT_PAYABLE],
    )


def member(view: View, number: int) -> shapes.Member | None:
    """What the owner and the stewards may know of an account of this coop."""
    account = view.validator.account(view.coop, number)
    if account is None:
        return None
    log = view.validator.log(view.coop)
    # What is recorded now gets the log's time when that is ahead, and limits are judged by it.
    now = max(view.now_ms // 1000, log.time)
    limit = account.limit_at(now)
    own = LogReader(view.validator, view.coop)
    pledged, bylaws = own.pledged(number), bylaws_in_force(own)
    soft = soft_limit(limit, permille=bylaws.value(Article.SOFT_LIMIT))
    return shapes.Member(
        **asdict(facts.public_account(view, view.coop, account)),
        balance=account.balance,
        limit=limit,
        soft_limit=soft,
        is_near_limit=is_near_limit(account.balance, soft=soft),
        pledged=pledged,
        available=account.balance + limit - pledged,
        contribution=bylaws.value(Article.CONTRIBUTION),
        next_sequence=account.next_sequence,
        revision=account.revision,
        opened=account.opened,
        schedule=shapes.Schedule(
            before=account.before,
            from_=account.from_,
            limit=account.limit,
            until=account.until,
            after=account.after,
        ),
        fall=_fall(account, pledged=pledged, now=now, days=reminder_days(view)),
        length=log.length,
        time=now,
        recovery=facts.running_recovery_of(view, number),
        debt=debt_of(view, number),
        claim=facts.standing_claim_of(view, number),
    )


def member_self(view: View, number: int, *, recent: int) -> shapes.MemberSelf | None:
    """What the owner is told of the account, with so many of its newest payments, all of one moment.

    So whoever signs the next number knows of everything that was paid under those before it.
    """
    found = member(view, number)
    if found is None:
        return None
    newest = history(view, number, None, recent).items if recent else None
    return shapes.MemberSelf(
        **asdict(found),
        paid_for=paid_for_others(view, number),
        recent=newest,
        erasure=erasure_asked(view, number),
    )


def _fall(account: Account, *, pledged: int, now: int, days: int) -> shapes.LimitFall | None:
    fall = coming_fall(account, pledged=pledged, now=now, days=days)
    if fall is None:
        return None
    return shapes.LimitFall(time=fall.time, limit=fall.limit, beyond=fall.beyond)


def members_after(view: View, after: int, most: int) -> shapes.Members:
    """Accounts of this coop with numbers above `after`, and where to go on."""
    found: list[shapes.Member] = []
    for account in view.validator.accounts(view.coop):
        if account.number <= after:
            continue
        if len(found) == most:
            return shapes.Members(members=found, next=found[-1].account)
        shown = member(view, account.number)
        assert shown is not None
        found.append(shown)
    return shapes.Members(members=found, next=None)


def others_in(page: shapes.History) -> dict[int, set[int]]:
    """The accounts of other sides in a page, by coop."""
    found: dict[int, set[int]] = {}
    for item in page.items:
        found.setdefault(item.other.coop_number, set()).add(item.other.account)
    return found


def history(
    view: View,
    account: int,
    before: HistoryPlace | None,
    most: int,
    *,
    since: int = 0,
    until: int = MAX,
) -> shapes.History:
    """A page of an account's history, newest first, and the cursor of the next page.

    Only what was paid from `since` to before `until`, in Unix seconds.
    """
    view.engine.bring_history_forward()
    latest = HistoryPlace(time=until, log=0, number=0)
    place = latest if before is None else min(before, latest)
    rows = view.store.history(coop=view.coop, account=account, before=place, limit=most + 1)
    within = [row for row in rows if row.time >= since]
    page, arrivals = within[:most], facts.Arrivals(view)
    entries = HeldEntries(view, page)
    telling = Telling(view)
    found = (history_item(view, row, arrivals, entries, telling) for row in page)
    items = [item for item in found if item is not None]
    following = format_place(within[most - 1].place) if len(within) > most else None
    return shapes.History(items=items, next=following, complete=True)


def history_item(
    view: View,
    row: HistoryRow,
    arrivals: facts.Arrivals,
    entries: HeldEntries,
    telling: Telling,
) -> shapes.HistoryItem | None:
    """A row of the history with what its entry says; None when that is not held."""
    home = view.coop
    log, _ = place_of(row, home=home)
    entry = entries.get(log, row.number)
    if entry is None:
        return None
    paid_from, paid_number = log, row.number
    paid: Entry | None = entry
    if isinstance(entry.transaction, Return):
        paid_from, paid_number = entry.transaction.coop, entry.transaction.number
        paid = entries.get(paid_from, paid_number)
    if paid is None or not isinstance(paid.transaction, Pay):
        return None
    pay = paid.transaction
    direction: Literal["out", "in", "returned"]
    if row.role is Role.PAYEE:
        direction, other_coop, other = "in", paid_from, pay.payer
    else:
        direction = "out" if row.role is Role.PAYER else "returned"
        other_coop, other = pay.payee_coop, pay.payee
    reached = home if row.role is not Role.PAYER else pay.payee_coop
    memo = None
    if pay.reference is not None:
        memo = view.store.memo(pay.reference, coop=home, account=row.account)
    is_there = row.role is Role.LEFT or facts.is_delivered(view.validator, log, row.number, reached)
    status: PaymentStatus = "delivered" if is_there else "recorded"
    if row.role in (Role.PAYER, Role.PAYEE):
        status = arrivals.status(log, row.number, pay)
    cause: Literal["account_closed", "coop_left"] | None = None
    if direction == "returned" or status == "returned":
        has_left = arrivals.came_back_by_leaving(paid_from, paid_number, pay)
        cause = "coop_left" if has_left else "account_closed"
    coops = view.validator.newest_charter().coops
    counterpart = view.validator.account(other_coop, other)
    return shapes.HistoryItem(
        direction=direction,
        coop=coops[log].name,
        coop_number=log,
        number=row.number,
        time=row.time,
        amount=pay.amount,
        fee=pay.fee if row.role is Role.PAYER else 0,
        sequence=None if row.role is Role.PAYEE else pay.sequence,
        other=shapes.Counterpart(
            coop=coops[other_coop].name,
            coop_number=other_coop,
            account=other,
            handle=None
            if counterpart is None
            else facts.account_name(view, other_coop, counterpart),
        ),
        reference=None if pay.reference is None else Hash(pay.reference),
        delivered=is_there and status == "delivered",
        status=status,
        cause=cause,
        memo=None if memo is None else Binary(memo),
        bill=telling.bill(pay, log=paid_from, number=paid_number, time=paid.time),
        refund=telling.refund(pay, log=paid_from, number=paid_number, time=paid.time),
        worth=telling.worth(pay, time=paid.time),
    )


def format_place(place: HistoryPlace) -> str:
    """A cursor."""
    return f"{place.time}.{place.log}.{place.number}"


def parse_place(text: str) -> HistoryPlace | None:
    """The place that a cursor names; None when it is none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if any(len(part) > 16 for part in parts):
        return None
    time, log, number = map(int, parts)
    return HistoryPlace(time=time, log=log, number=number)
