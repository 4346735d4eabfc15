"""Proposals and votes in plain words: what a member or a steward is asked to sign."""

from collections.abc import Callable
from typing import Final, assert_never

from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.articles import Unit
from ledger.government.bylaws import Bylaws
from ledger.government.voting import Attest, Choice, Enact, Propose, Vote
from node.bylaws.explain import explain, in_words
from node.member.amounts import format_amount
from node.plain import PlainForms

moment = PlainForms().time
"""A time of the ledger, in universal time."""

Who = Callable[[int], str]
"""An account as people call it."""

CHOICES: Final = {Choice.NO: "no", Choice.YES: "yes", Choice.ABSTAIN: "neither yes nor no"}


def describe_voting(transaction: Propose | Vote | Attest | Enact, *, who: Who) -> list[str]:
    """What it does, in sentences."""
    match transaction:
        case Propose():
            return _propose(transaction, who)
        case Vote():
            said = CHOICES[transaction.choice]
            return [f"{who(transaction.account)} says {said} to proposal {transaction.proposal}."]
        case Attest():
            return [
                f"The election about proposal {transaction.proposal}, held elsewhere, ended with "
                f"{_counts(transaction)}.",
                f"Its result file has the hash {transaction.result.hex()}.",
            ]
        case Enact():
            return [
                f"The vote about proposal {transaction.proposal} ends with {_counts(transaction)}."
            ]
        case _:
            assert_never(transaction)


def _propose(propose: Propose, who: Who) -> list[str]:
    lines = [f"Proposal {propose.number}: {action_words(propose.action, who)}"]
    lines.append(
        f"It closes on {moment(propose.first)} if more have voted than the bylaws ask for, "
        f"else on {moment(propose.second)}."
    )
    if propose.about:
        people = ", ".join(map(who, propose.about))
        lines.append(f"It is about {people}, who can't vote about it.")
    if propose.ballot is not None:
        lines.append(f"The vote is held elsewhere; its file has the hash {propose.ballot.hex()}.")
    if propose.members:
        lines.append(f"{len(propose.members)} members ask for it.")
    return lines


def action_words(action: Action, who: Who) -> str:
    """What follows if a proposal passes, in a sentence."""
    match action:
        case Resolve():
            majority = ", by the special majority" if action.is_special else ""
            return f"decide what the text says{majority}."
        case Elect():
            seats = ", ".join(
                f"{who(account)} until {moment(until)}" for account, until in action.seats
            )
            return f"elect as stewards {seats}, and nobody else; {action.threshold} of them sign."
        case Recall():
            places = ", ".join(map(str, action.places))
            return f"recall the stewards of places {places}."
        case DecideLimit():
            return f"{who(action.account)} may owe {_limit_words(action)}."
        case DecideStatus():
            verb = "freeze" if action.is_frozen else "thaw"
            return f"{verb} {who(action.account)}."
        case AmendBylaws():
            changed = explain(Bylaws(articles=dict(action.articles)), "en")
            told = " ".join(each.sentence for each in changed if not each.is_default)
            return (
                f"adopt these bylaws, by the special majority: {told or 'all as the defaults say'}"
            )
        case DecideSpend():
            return f"the commons pays {format_amount(action.amount)} to {who(action.payee)}."
        case DecideLevy():
            return (
                f"collect once, for the commons, {rates_words(action.positive, action.negative)}."
            )
        case DecideRecovery():
            key = "the new key" if action.is_new_key else "the key that it has"
            return f"{who(action.account)} gets {key}: recovery {action.recovery} is disputed."
        case Expel():
            payee = "the commons" if action.payee is None else who(action.payee)
            return (
                f"expel {who(action.account)}; what the account has goes to {payee}, and what it owes is "
                "paid by its guarantors, the rest by the commons."
            )
        case _:
            assert_never(action)


def rates_words(positive: int, negative: int) -> str:
    """What a levy takes; rates in millionths."""
    sides = (("have", positive), ("owe", negative))
    taken = [
        f"{in_words(rate, Unit.MILLIONTHS, 'en')} of what members {side}"
        for side, rate in sides
        if rate
    ]
    return " and ".join(taken) or "nothing"


def _limit_words(action: DecideLimit) -> str:
    words = f"up to {format_amount(action.limit)}"
    if action.from_:
        words += f" from {moment(action.from_)} on"
    if action.until is not None and action.after is not None:
        words += f" until {moment(action.until)}, and then {format_amount(action.after)}"
    return words


def _counts(counted: Attest | Enact) -> str:
    return f"{counted.yes} yes, {counted.no} no, {counted.abstain} abstaining"
