"""Where one payment at a time is made: the account, under the wallet's lock, with its journal.

Nothing that waits for a person happens here: passphrases and questions come before the lock is taken. What
was read of the wallet before is looked at again, because another command may have changed it meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from node.member.membership import Membership
from node.member.orders import Orders
from node.member.pending_journal import JournalAccount, PendingJournal, open_journal
from node.member.wallet_file import check_unchanged
from node.member.wallet_lock import lock_wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a payment needs. It is only good inside `open_desk`."""

    member: Membership
    journal: PendingJournal
    orders: Orders


def account_of(member: Membership) -> JournalAccount:
    """Whose journal and orders they are."""
    return JournalAccount(
        federation=member.charter.federation, coop=member.coop.number, account=member.account
    )


@contextmanager
def open_desk(member: Membership) -> Iterator[Desk]:
    """Take the wallet's lock and open the account's journal, for the `with` block.

    Raises `WalletBusy`, `WalletChanged`, and what opening a journal raises.
    """
    path = member.wallet.path
    with lock_wallet(path) as lock:
        check_unchanged(member.wallet)
        account = account_of(member)
        yield Desk(
            member=member,
            journal=open_journal(lock, public_key=member.key.public_key, account=account),
            orders=Orders(path, seed=member.wallet.seed, account=account),
        )
