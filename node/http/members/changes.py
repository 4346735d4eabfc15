"""All that was changed about an account: by stewards, and by votes of the members.

Run in the engine's thread. What stewards changed is noted by the node that recorded it; what members decided
is in the log's own chapter. Of notes that are missing, because the node lost its database or there were too
many, only the number is known.
"""

from ledger.state import Account
from ledger.transactions import Leave
from node.engine.view import View
from node.http.base import changes, facts
from node.http.base.changes_by_votes import changes_by_votes
from node.http.members import shapes


def all_changes(view: View, account: int) -> shapes.Changes:
    """Those of an account of this coop, newest first."""
    found = [*changes.changes_of(view, account), *changes_by_votes(view, account)]
    found.sort(key=lambda change: change.number, reverse=True)
    kept = view.validator.account(view.coop, account)
    revision = 0 if kept is None else kept.revision
    own = 1 if kept is not None and _has_left(view, kept) else 0
    return shapes.Changes(changes=found, unknown=max(0, revision - own - len(found)))


def _has_left(view: View, account: Account) -> bool:
    """Whether its owner closed it, which has a revision too and is nobody else's change."""
    entry = facts.read_entry(view, view.coop, account.closed) if account.closed else None
    return entry is not None and isinstance(entry.transaction, Leave)
