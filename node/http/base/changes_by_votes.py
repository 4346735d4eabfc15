"""What members decided by a vote about an account: found in the log's own chapter of proposals.

Run in the engine's thread. What stewards changed is in `changes`.
"""

from typing import assert_never

from ledger.government.actions import Action, DecideLimit, DecideStatus, Expel
from ledger.government.tally import Outcome, Proposal
from ledger.rules.government.register import read_proposal, read_register
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.shapes import Change
from node.http.base.shapes import Status as ShownStatus

Decided = DecideLimit | DecideStatus | Expel


def changes_by_votes(view: View, account: int) -> list[Change]:
    """Those of an account, in the order of their proposals."""
    log = facts.own_log(view)
    found = []
    for number in range(1, read_register(log).last + 1):
        proposal = read_proposal(log, number)
        if proposal is None or proposal.outcome is not Outcome.ENACTED:
            continue
        action = _about(proposal.action, account)
        if action is not None:
            found.append(_decided(view, number, proposal, action))
    return found


def _about(action: Action, account: int) -> Decided | None:
    """The action, if it changes that account."""
    match action:
        case DecideLimit() | DecideStatus() | Expel() if action.account == account:
            return action
        case _:
            return None


def _decided(view: View, number: int, proposal: Proposal, action: Decided) -> Change:
    entry = facts.read_entry(view, view.coop, proposal.enacted)
    limit = action if isinstance(action, DecideLimit) else None
    return Change(
        number=proposal.enacted,
        kind="limit" if limit is not None else "status",
        time=0 if entry is None else entry.time,
        status=_status(action),
        step=None,
        limit=None if limit is None else limit.limit,
        from_=None if limit is None else limit.from_ or None,
        until=None if limit is None else limit.until,
        after=None if limit is None else limit.after,
        by=[],
        proposal=number,
        reason=changes.reason_as_shown(proposal.text, changes.find_text(view, proposal.text)),
    )


def _status(action: Decided) -> ShownStatus | None:
    match action:
        case DecideLimit():
            return None
        case DecideStatus():
            return "frozen" if action.is_frozen else "open"
        case Expel():
            return "closed"
        case _:
            assert_never(action)
