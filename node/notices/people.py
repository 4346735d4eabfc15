"""Who people are now: the key that a member or a steward in office signs with."""

from ledger.rules.office import stewards_in_office
from ledger.transactions import Status
from ledger.validators.reading import LogReader
from node.notices.targets import Person


def key_now(log: LogReader, person: Person) -> bytes | None:
    """The key of the account, or of the steward in that place; None when there is none, or it has closed."""
    if person.role == "steward":
        steward = stewards_in_office(log).stewards.get(person.number)
        return None if steward is None else steward.key
    account = log.account(person.number)
    return None if account is None or account.status is Status.CLOSED else account.key
