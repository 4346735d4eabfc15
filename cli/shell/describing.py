"""Transactions in plain words: what a steward is asked to sign, and what a receipt proves.

The words are made from the very bytes that are signed, never from what somebody says about them.
"""

import datetime
from collections.abc import Mapping
from functools import partial
from typing import Final, assert_never

from cli.shell.guarantee_words import describe_guarantee
from cli.shell.leaving_words import describe_leaving
from cli.shell.recovery_words import describe_keys
from cli.shell.voting_words import describe_voting, rates_words
from ledger.charter import Charter
from ledger.government.bylaws import Bylaws
from ledger.transactions import (
    Admit,
    AdoptBylaws,
    Anchor,
    Attest,
    CharterEntry,
    Enact,
    Guarantee,
    GuardiansNamed,
    IndexEntry,
    Lapse,
    Leave,
    Levy,
    Limit,
    ObjectTo,
    Pay,
    Propose,
    Recover,
    Rekey,
    Restore,
    Return,
    SetStatus,
    Settle,
    Spend,
    Status,
    Transaction,
    Vote,
)
from node import plain
from node.bylaws.explain import explain
from node.member.amounts import format_amount
from node.plain import PlainForms

Names = Mapping[tuple[int, int], str]
"""(coop number, account) -> handle, as far as known."""


BEYOND_CALENDARS: Final = plain.BEYOND_CALENDARS
"""How a time is told that has no date."""


def counted_payments(number: int) -> str:
    """How many payments, in words."""
    return "1 payment" if number == 1 else f"{number} payments"


def moment(seconds: int) -> str:
    """A time of the ledger, in universal time, because both sides of a dispute read it."""
    return PlainForms().time(seconds)


def when(seconds: int) -> str:
    """A time of the ledger as people of this machine's time zone write it."""
    try:
        local = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).astimezone()
    except (OSError, OverflowError, ValueError):  # in some time zones it is the year 10000 already
        return BEYOND_CALENDARS
    return local.strftime("%Y-%m-%d %H:%M")


def account_words(charter: Charter, coop: int, account: int, names: Names) -> str:
    """An account as `alice@norte`, or by its number when the handle is not known."""
    known = charter.coops.get(coop)
    home = known.name if known else f"coop {coop}"
    if account == 0:
        return f"the commons of {home}"
    handle = names.get((coop, account))
    return f"account {account} of {home}" if handle is None else f"{handle}@{home}"


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
                f"Admit {transaction.handle}@{charter.coops[coop].name}, {kind}, as account "
                f"{transaction.account}.",
                f"Its first credit limit is {format_amount(transaction.limit)}.",
                f"Its key is {transaction.key.hex()}.",
            ]
        case Limit():
            lines = _limit(transaction, account_words(charter, coop, transaction.account, names))
        case SetStatus():
            who = account_words(charter, coop, transaction.account, names)
            lines = [f"{_STATUS[transaction.status].format(who=who)}"]
        case Anchor() | Return():
            lines = [_from_another(transaction, charter)]
        case IndexEntry():
            lines = ["Take in what the cooperatives decided about the index of prices."]
        case CharterEntry():
            lines = [f"Take in version {transaction.version} of the charter."]
        case AdoptBylaws():
            lines = _bylaws(transaction, charter.coops[coop].name)
        case Spend():
            lines = _spend(transaction, account_words(charter, coop, transaction.payee, names))
        case Levy():
            lines = _levy(transaction)
        case Propose() | Vote() | Attest() | Enact():
            lines = describe_voting(transaction, who=partial(_who, charter, coop, names))
        case Leave() | Settle():
            lines = describe_leaving(transaction, who=partial(_who, charter, coop, names))
        case Recover() | Rekey() | GuardiansNamed() | ObjectTo() | Restore():
            who = account_words(charter, coop, transaction.account, names)
            lines = describe_keys(transaction, who=who)
        case Guarantee() | Lapse():
            lines = describe_guarantee(
                transaction, who=partial(_who, charter, coop, names), moment=moment
            )
        case _:
            assert_never(transaction)
    if reason is not None:
        label = "The text" if isinstance(transaction, Propose) else "The reason"
        lines.append(f"{label}: {reason}")
    return lines


def _who(charter: Charter, coop: int, names: Names, account: int) -> str:
    return account_words(charter, coop, account, names)


def class_words(class_: int) -> str:
    """What an account of a class is."""
    return ("a person", "an organisation")[class_] if class_ < 2 else f"a member of class {class_}"


CHANGE_WORDS: Final[Mapping[str, str]] = {
    "limit": "limit changed",
    "status": "frozen, thawed or closed",
    "settle": "debt claimed or settled",
}
"""What a change of an account is called where its owner sees it, by the name of its kind."""

STEP_WORDS: Final[Mapping[str, str]] = {
    "claim": "debt claimed",
    "settle": "debt settled, and the account closed",
    "withdraw": "claim withdrawn",
}
"""What happened to a debt, by the name that a node gives the step."""

_STATUS = {
    Status.OPEN: "Open {who} again: it may pay.",
    Status.FROZEN: "Freeze {who}: it can't pay, but can still be paid.",
    Status.CLOSED: "Close {who} for ever.",
}


def _pay(pay: Pay, charter: Charter, coop: int, names: Names) -> list[str]:
    payer = account_words(charter, coop, pay.payer, names)
    payee = account_words(charter, pay.payee_coop, pay.payee, names)
    lines = [f"{payer} pays {format_amount(pay.amount)} to {payee}."]
    if pay.fee:
        lines.append(f"On top, {format_amount(pay.fee)} go to the commons of the payer.")
    lines.append(f"It is payment number {pay.sequence} of the payer.")
    return lines


def _from_another(transaction: Anchor | Return, charter: Charter) -> str:
    other = charter.coops.get(transaction.coop)
    name = other.name if other else f"coop {transaction.coop}"
    if isinstance(transaction, Anchor):
        return f"Take in the log of {name} up to entry {transaction.length}."
    return f"Give back the payment at {name}/{transaction.number}, whose payee had closed."


def _bylaws(entry: AdoptBylaws, coop: str) -> list[str]:
    adopted = explain(Bylaws(articles=dict(entry.articles)), "en")
    return [
        f"Adopt version {entry.version} of the bylaws of {coop}.",
        f"What people read of them has the hash {entry.text.hex()}.",
        *(each.sentence for each in adopted if not each.is_default),
        "All else is as the defaults say.",
    ]


def _spend(spend: Spend, who: str) -> list[str]:
    return [
        f"The commons pays {format_amount(spend.amount)} to {who}.",
        f"It is number {spend.number} of what stewards have spent.",
    ]


def _levy(levy: Levy) -> list[str]:
    return [
        f"Collect levy number {levy.number} for the commons.",
        f"It takes {rates_words(levy.positive, levy.negative)}.",
    ]


def _limit(limit: Limit, who: str) -> list[str]:
    lines = [f"Set the credit limit of {who} to {format_amount(limit.limit)}."]
    if limit.from_:
        lines.append(f"It applies from {moment(limit.from_)} on.")
    if limit.until is not None and limit.after is not None:
        lines.append(
            f"It ends on {moment(limit.until)}; after that the limit is {format_amount(limit.after)}."
        )
    return lines
