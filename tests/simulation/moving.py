"""Coops that move in with balances: stewards open the books before anybody has paid, and somebody agrees.

In runs in which coops govern themselves, so that entries are judged too. It has a randomness of its own.
Whether the opening comes in time is not certain: a payment may be faster, and then it is refused.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, Final

from node.engine.answers import Recorded, Refused
from node.engine.events import Submit
from tests.opening_builders import acknowledge, open_books_with
from tests.simulation.minutes import Minutes

if TYPE_CHECKING:
    from ledger.government.opening import Acknowledge, OpenBooks
    from tests.simulation.simulation import Simulation

CHANCE: Final = 0.6
MOST: Final = 400


def move_in(simulation: "Simulation", coop: int, done: Callable[[], None]) -> None:
    """Open the books with what accounts 1 and 2 had, and the commons; then `done`, whatever comes of it."""
    random = Random(f"moving in {simulation.plan.seed} {coop}")
    if random.random() > CHANCE:
        done()
        return
    federation = simulation.federation
    balances = [(account, random.randint(-MOST, MOST)) for account in (1, 2)]
    opening = open_books_with(federation, coop, balances)
    agreed = acknowledge(federation, coop, 1, balances[0][1])

    def submit(transaction: bytes, then: Callable[[], None]) -> None:
        def answered(result: Any) -> None:
            if isinstance(result, Recorded | Refused):
                then()
            elif coop not in simulation.members.leaving:
                simulation.world.after(300, lambda: submit(transaction, then))

        simulation.members.ask_until_answered(
            coop, lambda request: Submit(request, transaction), answered
        )

    submit(opening, lambda: submit(agreed, done))


def judge_opening(minutes: Minutes, entry: "OpenBooks") -> None:
    """By all stewards in office, with balances that add up."""
    minutes.by_stewards(entry, entry.stewards, None)
    total = entry.commons + sum(balance for _, balance in entry.balances)
    minutes.require(entry.parts > 1 or total == 0, "an opening does not add up")
    for account, _ in entry.balances:
        minutes.person(account)


def judge_acknowledgement(minutes: Minutes, entry: "Acknowledge") -> None:
    """By the owner."""
    minutes.person(entry.account)
    minutes.by_account(entry, entry.account, entry.signature, "who agrees")
