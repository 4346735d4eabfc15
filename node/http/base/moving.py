"""Payments that wait while a community moves in.

Its books can be opened with balances before the first payment only (PROTOCOL 16.1), and its members have
accounts a moment before: one of them who paid in between would make the opening impossible for ever. So a
node to which an opening was announced records no payment until that opening is there, or its time is over.
The announcement is the opening itself, signed by all stewards: no steward alone keeps anybody from paying. It
is kept in memory: after a start the stewards' program announces again.
"""

from typing import Final

from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.refusals import Refusal
from ledger.rules.government.opening import books_of
from ledger.rules.office import check_stewards
from ledger.transactions import OpenBooks, signed_part
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY, WRONG_ENDPOINT
from node.http.base.refusals_problems import refusal_problem

HELD_MS: Final = 3_600_000
"""How long payments wait at most after an announcement."""


def announce(api: Api, view: View, data: bytes) -> int:
    """Let payments wait for the opening of which that is a part; until when, by the steady clock.

    Raises its refusal's problem.
    """
    part = decode_transaction(data)
    if isinstance(part, Refusal):
        raise refusal_problem(part)
    if not isinstance(part, OpenBooks):
        raise Problem(WRONG_ENDPOINT, "Only a part of an opening is announced.")
    log = facts.own_log(view)
    if books_of(log) is not None:
        raise refusal_problem(Refusal.OPENING_REPEATED)
    if not log.is_settled():
        raise refusal_problem(Refusal.OPENING_LATE)
    message = signed_bytes(
        TAG_ENTRY, federation=api.charter.federation, coop=view.coop, body=signed_part(part)
    )
    refusal = check_stewards(log, None, part.stewards, message)
    if refusal is not None:
        raise refusal_problem(refusal)
    api.moving.until_ms = api.steady_ms() + HELD_MS
    return api.moving.until_ms


async def check_may_pay(api: Api) -> None:
    """Raise `not_ready` while payments wait for an opening."""
    if api.steady_ms() >= api.moving.until_ms:
        return
    if await api.runner.ask(lambda view: books_of(facts.own_log(view)) is not None):
        api.moving.until_ms = 0
        return
    raise Problem(
        NOT_READY,
        "The community moves in: payments wait until its books are open with the balances from before.",
        retry_after_s=5,
    )
