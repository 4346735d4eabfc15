"""How a coop begins that was there before, in sentences: the opening, and that a member agrees with it."""

from collections.abc import Callable
from typing import assert_never

from cli.shell.forms import in_units
from cli.shell.language import say
from ledger.transactions import Acknowledge, OpenBooks, Opening


def describe_opening(change: Opening, *, who: Callable[[int], str]) -> list[str]:
    """What it does."""
    match change:
        case OpenBooks():
            owed = -sum(balance for _, balance in change.balances if balance < 0)
            return [
                say(
                    "Open the books with the balances of the system before: part {part} of {parts}.",
                    part=change.part,
                    parts=change.parts,
                ),
                say(
                    "It has {count} accounts, which together owe {owed}; the commons will have {commons}.",
                    count=len(change.balances),
                    owed=in_units(owed),
                    commons=in_units(change.commons),
                ),
                say(
                    "What the system before says has the hash {hash}.", hash=change.statement.hex()
                ),
            ]
        case Acknowledge():
            return [
                say(
                    "{who} agrees with the balance of the opening: {amount}.",
                    who=who(change.account),
                    amount=in_units(change.balance),
                )
            ]
        case _:
            assert_never(change)
