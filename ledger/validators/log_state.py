"""The reference validator's logs: as they begin, and as the shared rules see one."""

from ledger.effects import levy_total
from ledger.founding import Founding
from ledger.government.commons import Rates
from ledger.names import Named
from ledger.rules.branches import loss_by, may_stand, new_log
from ledger.state import Account, Log, State
from ledger.transactions import Status


def empty_state(founding: Founding) -> State:
    """The state before the first entry of any log."""
    return {coop: new_log(founding.genesis, coop) for coop in founding.genesis.coops}


class LogState:
    """A log as the shared rules see it."""

    def __init__(self, state: State, log: Log) -> None:
        self._state = state
        self._log = log
        self.coop = log.coop
        self.charter = log.charter
        self.length = log.length
        self.head = log.head
        self.anchored = log.anchored
        self.commons = log.commons
        self.held = log.held
        self.head_at = log.head_at
        self.index = log.index
        self.row = log.row
        self.rows = log.rows

    def account(self, number: int) -> Account | None:
        return self._log.accounts.get(number)

    def holds_handle(self, handle: Named) -> bool:
        return handle in self._log.handles

    def members(self, opened_at_most: int) -> int:
        accounts = self._log.accounts.values()
        opened = (account for account in accounts if account.opened <= opened_at_most)
        return sum(account.status is not Status.CLOSED for account in opened)

    def is_settled(self) -> bool:
        return self._log.is_settled()

    def pledged(self, account: int) -> int:
        return self._log.pledged.get(account, 0)

    def levy_total(self, rates: Rates) -> int | None:
        return levy_total(self._log, rates)

    def loss_by(self, coop: int, length: int, head: bytes) -> int | None:
        return loss_by(self._state, self._log, coop, length, head)

    def may_stand(self, coop: int, length: int, head: bytes) -> bool:
        return may_stand(self._state, self._log, coop, length, head)
