"""Transactions in plain words: what a steward is asked to sign, and what a receipt proves.

The words are made from the very bytes that are signed, never from what somebody says about them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, assert_never

from cli.shell.account_keys_words import describe_account_keys
from cli.shell.forms import in_units, moment
from cli.shell.guarantee_words import describe_guarantee
from cli.shell.language import language, later, say
from cli.shell.leaving_words import describe_leaving
from cli.shell.opening_words import describe_opening
from cli.shell.recovery_words import describe_keys
from cli.shell.voting_words import describe_voting, rates_words
from ledger.charter import Charter
from ledger.government.bylaws import Bylaws
from ledger.names import shown
from ledger.transactions import (
    AccountKeys,
    Acknowledge,
    Admit,
    AdoptBylaws,
    Anchor,
    Attest,
    CharterEntry,
    Delegate,
    Enact,
    Guarantee,
    GuaranteeChange,
    GuardiansNamed,
    IndexEntry,
    KeyChange,
    Lapse,
    Leave,
    Leaving,
    Levy,
    Limit,
    ObjectTo,
    OpenBooks,
    Opening,
    Pay,
    Propose,
    Recover,
    Rekey,
    Restore,
    Return,
    SetOwners,
    SetStatus,
    Settle,
    Spend,
    Status,
    Transaction,
    Vote,
    Voting,
)
from node import plain
from node.bylaws.explain import explain

Names = Mapping[tuple[int, int], str]
"""(coop number, account) -> handle, as far as known."""


BEYOND_CALENDARS: Final = plain.BEYOND_CALENDARS
"""How a time is told that has no date."""


def counted_payments(number: int) -> str:
    """How many payments, in words."""
    return say("1 payment") if number == 1 else say("{number} payments", number=number)


def account_words(charter: Charter, coop: int, account: int, names: Names) -> str:
    """An account as `alice@norte`, or by its number when the handle is not known."""
    known = charter.coops.get(coop)
    home = known.name if known else say("coop {coop}", coop=coop)
    if account == 0:
        return say("the commons of {home}", home=home)
    handle = names.get((coop, account))
    return (
        say("account {account} of {home}", account=account, home=home)
        if handle is None
        else f"{handle}@{home}"
    )


def describe(
    transaction: Transaction,
    *,
    charter: Charter,
    coop: int,
    reason: str | None = None,
    names: Names | None = None,
) -> list[str]:
    """What a transaction for `coop`'s log does, in sentences."""
    names = names or {}
    lines: list[str]
    match transaction:
        case Pay():
            lines = _pay(transaction, charter, coop, names)
        case Admit():
            kind = class_words(transaction.class_)
            lines = [
                say(
                    "Admit {handle}@{name}, {kind}, as account {account}.",
                    handle=names.get((coop, transaction.account))
                    or shown(transaction.handle, transaction.account),
                    name=charter.coops[coop].name,
                    kind=kind,
                    account=transaction.account,
                ),
                say("Its first credit limit is {amount}.", amount=in_units(transaction.limit)),
                say("Its key is {key}.", key=transaction.key.hex()),
            ]
        case Limit():
            lines = _limit(transaction, account_words(charter, coop, transaction.account, names))
        case SetStatus():
            who = account_words(charter, coop, transaction.account, names)
            lines = [say(_STATUS[transaction.status], who=who)]
        case Anchor() | Return():
            lines = [_from_another(transaction, charter)]
        case IndexEntry():
            lines = [say("Take in what the cooperatives decided about the index of prices.")]
        case CharterEntry():
            lines = [say("Take in version {version} of the charter.", version=transaction.version)]
        case AdoptBylaws():
            lines = _bylaws(transaction, charter.coops[coop].name)
        case Spend():
            lines = _spend(transaction, account_words(charter, coop, transaction.payee, names))
        case Levy():
            lines = _levy(transaction)
        case (
            Recover()
            | Rekey()
            | GuardiansNamed()
            | ObjectTo()
            | Restore()
            | Delegate()
            | SetOwners()
        ):
            lines = _about_keys(transaction, _who(charter, coop, names, transaction.account))
        case _:
            lines = _among_members(transaction, partial(_who, charter, coop, names))
    if reason is not None:
        label = say("The text") if isinstance(transaction, Propose) else say("The reason")
        lines.append(f"{label}: {reason}")
    return lines


def _among_members(
    transaction: Voting | Leaving | Opening | GuaranteeChange, who: Callable[[int], str]
) -> list[str]:
    """What is about several members, who are told apart by `who`."""
    match transaction:
        case Propose() | Vote() | Attest() | Enact():
            return describe_voting(transaction, who=who)
        case Leave() | Settle():
            return describe_leaving(transaction, who=who)
        case OpenBooks() | Acknowledge():
            return describe_opening(transaction, who=who)
        case Guarantee() | Lapse():
            return describe_guarantee(transaction, who=who, moment=moment)
        case _:
            assert_never(transaction)


def _about_keys(change: KeyChange | AccountKeys, who: str) -> list[str]:
    if isinstance(change, Delegate | SetOwners):
        return describe_account_keys(change, who=who)
    return describe_keys(change, who=who)


def _who(charter: Charter, coop: int, names: Names, account: int) -> str:
    return account_words(charter, coop, account, names)


def class_words(class_: int) -> str:
    """What an account of a class is."""
    return (
        (say("a person"), say("an organisation"))[class_]
        if class_ < 2
        else say("a member of class {number}", number=class_)
    )


CHANGE_WORDS: Final[Mapping[str, str]] = {
    "limit": later("limit changed"),
    "status": later("frozen, thawed or closed"),
    "settle": later("debt claimed or settled"),
}
"""What a change of an account is called where its owner sees it, by the name of its kind."""

STEP_WORDS: Final[Mapping[str, str]] = {
    "claim": later("debt claimed"),
    "settle": later("debt settled, and the account closed"),
    "withdraw": later("claim withdrawn"),
}
"""What happened to a debt, by the name that a node gives the step."""

_STATUS = {
    Status.OPEN: later("Open {who} again: it may pay."),
    Status.FROZEN: later("Freeze {who}: it can't pay, but can still be paid."),
    Status.CLOSED: later("Close {who} for ever."),
}


def _pay(pay: Pay, charter: Charter, coop: int, names: Names) -> list[str]:
    payer = account_words(charter, coop, pay.payer, names)
    payee = account_words(charter, pay.payee_coop, pay.payee, names)
    lines = [
        say(
            "{payer} pays {amount} to {payee}.",
            payer=payer,
            amount=in_units(pay.amount),
            payee=payee,
        )
    ]
    if pay.fee:
        lines.append(
            say("On top, {amount} go to the commons of the payer.", amount=in_units(pay.fee))
        )
    if pay.place is None:
        lines.append(say("It is payment number {sequence} of the payer.", sequence=pay.sequence))
    else:
        lines.append(
            say(
                "It is payment number {sequence} by key {place} of the payer.",
                sequence=pay.sequence,
                place=pay.place,
            )
        )
    return lines


def _from_another(transaction: Anchor | Return, charter: Charter) -> str:
    other = charter.coops.get(transaction.coop)
    name = other.name if other else say("coop {coop}", coop=transaction.coop)
    if isinstance(transaction, Anchor):
        return say(
            "Take in the log of {name} up to entry {length}.", name=name, length=transaction.length
        )
    return say(
        "Give back the payment at {name}/{number}, whose payee had closed.",
        name=name,
        number=transaction.number,
    )


def _bylaws(entry: AdoptBylaws, coop: str) -> list[str]:
    adopted = explain(Bylaws(articles=dict(entry.articles)), language())
    return [
        say("Adopt version {version} of the bylaws of {coop}.", version=entry.version, coop=coop),
        say("What people read of them has the hash {text}.", text=entry.text.hex()),
        *(each.sentence for each in adopted if not each.is_default),
        say("All else is as the defaults say."),
    ]


def _spend(spend: Spend, who: str) -> list[str]:
    return [
        say("The commons pays {amount} to {who}.", amount=in_units(spend.amount), who=who),
        say("It is number {number} of what stewards have spent.", number=spend.number),
    ]


def _levy(levy: Levy) -> list[str]:
    return [
        say("Collect levy number {number} for the commons.", number=levy.number),
        say("It takes {rates}.", rates=rates_words(levy.positive, levy.negative)),
    ]


def _limit(limit: Limit, who: str) -> list[str]:
    lines = [
        say("Set the credit limit of {who} to {amount}.", who=who, amount=in_units(limit.limit))
    ]
    if limit.from_:
        lines.append(say("It applies from {time} on.", time=moment(limit.from_)))
    if limit.until is not None and limit.after is not None:
        lines.append(
            say(
                "It ends on {time}; after that the limit is {amount}.",
                time=moment(limit.until),
                amount=in_units(limit.after),
            )
        )
    return lines
