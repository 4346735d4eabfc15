"""Guarantees in plain words: what somebody is asked to sign who answers for another."""

from collections.abc import Callable
from typing import assert_never

from ledger.government.guarantees import Guarantee, GuaranteeChange, Lapse
from node.member.amounts import format_amount


def describe_guarantee(
    change: GuaranteeChange, *, who: Callable[[int], str], moment: Callable[[int], str]
) -> list[str]:
    """What it does, in sentences; `who` names an account, `moment` a time."""
    guarantor, member = who(change.guarantor), who(change.member)
    match change:
        case Guarantee(until=None):
            return [
                f"{guarantor} answers for {member} no more, as soon as no debt needs it.",
                "Until then as much stays as the other guarantors don't cover.",
            ]
        case Guarantee():
            assert change.until is not None, "what has no day is withdrawn"
            return [
                f"{guarantor} answers for {member} up to {format_amount(change.cap)}, "
                f"until {moment(change.until)}.",
                f"If {member} leaves with a debt, {guarantor} may have to pay up to that much.",
                f"What {guarantor} can spend is less by as much.",
            ]
        case Lapse():
            return [
                f"What {guarantor} answers for with {member} goes down: its day has come, or no debt "
                "needs it."
            ]
        case _:
            assert_never(change)
