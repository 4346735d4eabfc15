"""One log of a validator as rules see it, for whoever asks them outside of a validator: nodes, the audit."""

from dataclasses import dataclass

from ledger.charter import Charter, Standing
from ledger.government.commons import Rates
from ledger.names import Named
from ledger.state import Account
from ledger.validators.interface import Validator


def has_ended(validator: Validator, coop: int, *, branch: int = 0) -> bool:
    """Whether the log of `coop` has ended, because the coop has left and is settled."""
    found = validator.charter(coop, branch=branch).coops.get(coop)
    has_left = found is not None and found.standing is Standing.LEFT
    return has_left and validator.is_settled(coop, branch=branch)


@dataclass(frozen=True, slots=True)
class LogReader:
    """A log as it is at each question."""

    validator: Validator
    coop: int
    branch: int = 0

    @property
    def charter(self) -> Charter:
        """The charter in force for it."""
        return self.validator.charter(self.coop, branch=self.branch)

    @property
    def length(self) -> int:
        """How many entries it has."""
        return self.validator.log(self.coop, branch=self.branch).length

    @property
    def commons(self) -> int:
        """The balance of the commons, in minor units."""
        return self.validator.log(self.coop, branch=self.branch).commons

    @property
    def held(self) -> int:
        """What of it is to be given back."""
        return self.validator.log(self.coop, branch=self.branch).held

    def members(self, opened_at_most: int) -> int:
        """How many accounts are not closed and were opened by an entry up to that one."""
        return self.validator.members(self.coop, opened_at_most, branch=self.branch)

    def levy_total(self, rates: Rates) -> int | None:
        """What a levy would take of all accounts; None when a balance would leave its range."""
        return self.validator.levy_total(self.coop, rates, branch=self.branch)

    def account(self, number: int) -> Account | None:
        """A copy of an account."""
        return self.validator.account(self.coop, number, branch=self.branch)

    def is_settled(self) -> bool:
        """Whether all its balances are 0, the commons' too, and it has nothing to give back."""
        return self.validator.is_settled(self.coop, branch=self.branch)

    def pledged(self, account: int) -> int:
        """What an account answers for with others, in minor units."""
        return self.validator.pledged(self.coop, account, branch=self.branch)

    def holds_handle(self, handle: Named) -> bool:
        """Whether an account of the coop has or had the handle or commitment; of branch 0."""
        return self.validator.account_named(self.coop, handle) is not None

    def row(self, chapter: str, key: bytes) -> bytes | None:
        """The value of a row of a chapter."""
        return self.validator.row(self.coop, chapter, key, branch=self.branch)

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Key and value of each row of a chapter, rising."""
        return self.validator.rows(self.coop, chapter, branch=self.branch)
