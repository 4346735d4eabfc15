"""Since when members are in debt, as they and their stewards see it; run in the engine's thread."""

from ledger.government.articles import Article
from ledger.rules.office import bylaws_in_force
from node.engine.view import View
from node.http.base import facts
from node.http.members import review_shapes as shapes
from node.http.members.reviewing import is_too_old, present_debt
from node.http.members.shapes import PresentDebt


def debt_of(view: View, number: int) -> PresentDebt | None:
    """What an account owes now, as its owner and the stewards may see it; None where that is not known."""
    standing = view.engine.debt_of(number)
    if standing is None or standing.since is None:
        return None
    return present_debt(
        owed=-standing.balance, since=standing.since, now=facts.own_time(view), term=debt_term(view)
    )


def debt_term(view: View) -> int:
    """After how long a debt is long, by the bylaws in force."""
    return bylaws_in_force(facts.own_log(view)).value(Article.DEBT_TERM)


def long_debts(view: View, after: int, most: int) -> shapes.LongDebts:
    """A page of the debts that are longer than the bylaws' term."""
    view.engine.follow_debts()
    now, term = facts.own_time(view), debt_term(view)
    old = view.engine.in_debt_since(now - term)
    found = []
    for number, since in (old or {}).items():
        if number <= after or is_too_old(since, now=now, term=term):
            continue
        account = view.validator.account(view.coop, number)
        if account is not None and account.balance < 0:
            debt = shapes.LongDebt(
                account=number,
                handle=facts.account_name(view, view.coop, account),
                owed=-account.balance,
                since=since,
                long_at=since + term,
                is_long=True,
            )
            found.append(debt)
        if len(found) > most:
            break
    return shapes.LongDebts(
        coop=view.validator.newest_charter().coops[view.coop].name,
        coop_number=view.coop,
        time=now,
        debt_term=term,
        known=old is not None,
        debts=found[:most],
        next=found[most - 1].account if len(found) > most else None,
    )
