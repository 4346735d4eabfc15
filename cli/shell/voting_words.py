"""Proposals and votes in plain words: what a member or a steward is asked to sign."""

from collections.abc import Callable
from typing import Final, assert_never

from cli.shell.forms import in_units, moment
from cli.shell.language import language, later, say
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

Who = Callable[[int], str]
"""An account as people call it."""

CHOICES: Final = {
    Choice.NO: later("no"),
    Choice.YES: later("yes"),
    Choice.ABSTAIN: later("neither yes nor no"),
}


def describe_voting(transaction: Propose | Vote | Attest | Enact, *, who: Who) -> list[str]:
    """What it does, in sentences."""
    match transaction:
        case Propose():
            return _propose(transaction, who)
        case Vote():
            said = say(CHOICES[transaction.choice])
            return [
                say(
                    "{who} says {said} to proposal {proposal}.",
                    who=who(transaction.account),
                    said=said,
                    proposal=transaction.proposal,
                )
            ]
        case Attest():
            return [
                say(
                    "The election about proposal {proposal}, held elsewhere, ended with {counts}.",
                    proposal=transaction.proposal,
                    counts=_counts(transaction),
                ),
                say("Its result file has the hash {result}.", result=transaction.result.hex()),
            ]
        case Enact():
            return [
                say(
                    "The vote about proposal {proposal} ends with {counts}.",
                    proposal=transaction.proposal,
                    counts=_counts(transaction),
                )
            ]
        case _:
            assert_never(transaction)


def _propose(propose: Propose, who: Who) -> list[str]:
    lines = [
        say(
            "Proposal {number}: {action}",
            number=propose.number,
            action=action_words(propose.action, who),
        )
    ]
    lines.append(
        say(
            "It closes on {time} if more have voted than the bylaws ask for, else on {time_2}.",
            time=moment(propose.first),
            time_2=moment(propose.second),
        )
    )
    if propose.about:
        people = ", ".join(map(who, propose.about))
        lines.append(say("It is about {people}, who can't vote about it.", people=people))
    if propose.ballot is not None:
        lines.append(
            say(
                "The vote is held elsewhere; its file has the hash {ballot}.",
                ballot=propose.ballot.hex(),
            )
        )
    if propose.members:
        lines.append(say("{count} members ask for it.", count=len(propose.members)))
    return lines


def action_words(action: Action, who: Who) -> str:
    """What follows if a proposal passes, in a sentence."""
    match action:
        case Resolve():
            majority = say(", by the special majority") if action.is_special else ""
            return say("decide what the text says{majority}.", majority=majority)
        case Elect():
            seats = ", ".join(
                say("{who} until {time}", who=who(account), time=moment(until))
                for account, until in action.seats
            )
            return say(
                "elect as stewards {seats}, and nobody else; {threshold} of them sign.",
                seats=seats,
                threshold=action.threshold,
            )
        case Recall():
            places = ", ".join(map(str, action.places))
            return say("recall the stewards of places {places}.", places=places)
        case DecideLimit():
            return say(
                "{who} may owe {limit}.", who=who(action.account), limit=_limit_words(action)
            )
        case DecideStatus():
            said = later("freeze {who}.") if action.is_frozen else later("thaw {who}.")
            return say(said, who=who(action.account))
        case AmendBylaws():
            changed = explain(Bylaws(articles=dict(action.articles)), language())
            told = " ".join(each.sentence for each in changed if not each.is_default)
            return say(
                "adopt these bylaws, by the special majority: {told}",
                told=told or say("all as the defaults say"),
            )
        case DecideSpend():
            return say(
                "the commons pays {amount} to {who}.",
                amount=in_units(action.amount),
                who=who(action.payee),
            )
        case DecideLevy():
            return say(
                "collect once, for the commons, {rates}.",
                rates=rates_words(action.positive, action.negative),
            )
        case DecideRecovery():
            key = say("the new key") if action.is_new_key else say("the key that it has")
            return say(
                "{who} gets {key}: recovery {recovery} is disputed.",
                who=who(action.account),
                key=key,
                recovery=action.recovery,
            )
        case Expel():
            payee = say("the commons") if action.payee is None else who(action.payee)
            return say(
                "expel {who}; what the account has goes to {payee}, and what it owes is paid by its "
                "guarantors, the rest by the commons.",
                who=who(action.account),
                payee=payee,
            )
        case _:
            assert_never(action)


def rates_words(positive: int, negative: int) -> str:
    """What a levy takes; rates in millionths."""
    sides = (
        (later("{share} of what members have"), positive),
        (later("{share} of what members owe"), negative),
    )
    taken = [
        say(side, share=in_words(rate, Unit.MILLIONTHS, language())) for side, rate in sides if rate
    ]
    return say(" and ").join(taken) or say("nothing")


def _limit_words(action: DecideLimit) -> str:
    words = say("up to {amount}", amount=in_units(action.limit))
    if action.from_:
        words += say(" from {time} on", time=moment(action.from_))
    if action.until is not None and action.after is not None:
        words += say(
            " until {time}, and then {amount}",
            time=moment(action.until),
            amount=in_units(action.after),
        )
    return words


def _counts(counted: Attest | Enact) -> str:
    return say(
        "{yes} yes, {no} no, {abstain} abstaining",
        yes=counted.yes,
        no=counted.no,
        abstain=counted.abstain,
    )
