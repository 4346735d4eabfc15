"""`fiado proposal new`: one command for each thing that members can decide."""

import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from cli.bylaws.bylaws_file import read_bylaws_file
from cli.proposal.proposing import Wish, account_named, propose, proposer, proposing_options
from cli.proposal.reader import Reader
from cli.shell.language import say
from cli.shell.parameters import AMOUNT, LIMIT
from cli.steward.signing import FILE
from ledger.government.actions import (
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
from node.member.answers import number, objects
from node.member.client import path_of

_MILLIONTHS_OF_A_PERCENT = 10_000


@click.group()
def new() -> None:
    """Propose something: as stewards, or with --demand as members without them.

    What stewards propose waits at the desk for other stewards' signatures; what members demand is a file
    that as many have to sign as the bylaws ask for.
    """


@new.command("resolution")
@click.option("--special", is_flag=True, help="It takes the special majority, as for dissolving.")
@click.option("--about", multiple=True, metavar="HANDLE", help="Whose own matter it is.")
@proposing_options
def resolution(wish: Wish, special: bool, about: tuple[str, ...]) -> None:
    """Propose that what the text says is decided; nothing follows by itself."""
    with proposer(wish) as who:
        accounts = tuple(sorted({account_named(who[0], each) for each in about}))
        propose(wish, who, Resolve(is_special=special), about=accounts)


@new.command("elect")
@click.argument("members", metavar="HANDLE...", nargs=-1, required=True)
@click.option("--until", required=True, metavar="DATE", help="The end of their terms.")
@click.option("--threshold", type=click.IntRange(min=1), required=True, help="How many sign.")
@proposing_options
def elect(wish: Wish, members: tuple[str, ...], until: str, threshold: int) -> None:
    """Propose these members as stewards, and nobody else."""
    end = _day(until, "--until")
    with proposer(wish) as who:
        accounts = sorted({account_named(who[0], each) for each in members})
        seats = tuple((account, end) for account in accounts)
        propose(wish, who, Elect(seats=seats, threshold=threshold))


@new.command("recall")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@proposing_options
def recall(wish: Wish, names: tuple[str, ...]) -> None:
    """Propose that these stewards leave office; `NAME` is a name or a place."""
    with proposer(wish) as who:
        places, accounts = _seats(who[0], names)
        propose(wish, who, Recall(places=places), about=accounts)


def _seats(reader: Reader, names: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places of stewards, and the accounts of those who have one."""
    found = objects(reader.client, reader.client.get("/v1/stewards"), "stewards")
    by_name = {str(each["name"]): each for each in found}
    by_name |= {str(each["place"]): each for each in found}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise click.UsageError(
            say("{missing}: nobody of that name or place is in office.", missing=missing[0])
        )
    seats = [by_name[name] for name in names]
    places = {number(reader.client, seat, "place") for seat in seats}
    accounts = {
        number(reader.client, seat, "account") for seat in seats if seat["account"] is not None
    }
    return tuple(sorted(places)), tuple(sorted(accounts))


@new.command("limit")
@click.argument("member", metavar="HANDLE")
@click.argument("limit", type=LIMIT)
@click.option("--until", metavar="DATE", help="Up to this day; for good when left out.")
@click.option("--after", type=LIMIT, help="The limit after that day; with --until only.")
@proposing_options
def limit(wish: Wish, member: str, limit: int, until: str | None, after: int | None) -> None:
    """Propose how much somebody may owe; this is also how a decision of the stewards is appealed against."""
    if (until is None) != (after is None):
        raise click.UsageError(say("Give --until and --after together."))
    end = None if until is None else _day(until, "--until")
    with proposer(wish) as who:
        account = account_named(who[0], member)
        action = DecideLimit(account=account, limit=limit, from_=0, until=end, after=after)
        propose(wish, who, action, about=(account,))


@new.command("freeze")
@click.argument("member", metavar="HANDLE")
@proposing_options
def freeze(wish: Wish, member: str) -> None:
    """Propose to freeze an account."""
    _status(wish, member, is_frozen=True)


@new.command("thaw")
@click.argument("member", metavar="HANDLE")
@proposing_options
def thaw(wish: Wish, member: str) -> None:
    """Propose to thaw an account that is frozen."""
    _status(wish, member, is_frozen=False)


def _status(wish: Wish, member: str, *, is_frozen: bool) -> None:
    with proposer(wish) as who:
        account = account_named(who[0], member)
        propose(wish, who, DecideStatus(account=account, is_frozen=is_frozen), about=(account,))


@new.command("recovery")
@click.argument("member", metavar="HANDLE")
@click.argument("key", type=click.Choice(["new", "old"]))
@proposing_options
def recovery(wish: Wish, member: str, key: str) -> None:
    """Propose which key is right while a recovery of an account runs: the new one, or the one it has."""
    with proposer(wish) as who:
        account = account_named(who[0], member)
        state = who[0].client.get(path_of("v1", "keys", account))
        counted = number(who[0].client, state, "recoveries")
        action = DecideRecovery(account=account, recovery=counted, is_new_key=key == "new")
        propose(wish, who, action, about=(account,))


@new.command("spend")
@click.argument("member", metavar="HANDLE")
@click.argument("amount", type=AMOUNT)
@proposing_options
def spend(wish: Wish, member: str, amount: int) -> None:
    """Propose that the commons pays a member, however much."""
    with proposer(wish) as who:
        payee = account_named(who[0], member)
        propose(wish, who, DecideSpend(payee=payee, amount=amount), about=(payee,))


@new.command("levy")
@click.option("--have", default="0", metavar="PERCENT", help="Of what members have.")
@click.option("--owe", default="0", metavar="PERCENT", help="Of what members owe.")
@proposing_options
def levy(wish: Wish, have: str, owe: str) -> None:
    """Propose to collect a levy for the commons, once."""
    action = DecideLevy(positive=_millionths(have, "--have"), negative=_millionths(owe, "--owe"))
    with proposer(wish) as who:
        propose(wish, who, action)


@new.command("expel")
@click.argument("member", metavar="HANDLE")
@click.option("--payee", metavar="HANDLE", help="Who gets what the account has; else the commons.")
@proposing_options
def expel(wish: Wish, member: str, payee: str | None) -> None:
    """Propose to expel a member, who is heard first."""
    with proposer(wish) as who:
        account = account_named(who[0], member)
        heir = None if payee is None else account_named(who[0], payee)
        propose(wish, who, Expel(account=account, payee=heir), about=(account,))


@new.command("bylaws")
@click.argument("file", type=FILE)
@proposing_options
def bylaws(wish: Wish, file: Path) -> None:
    """Propose other bylaws, from a file as `fiado bylaws draft` writes it."""
    articles = read_bylaws_file(file)
    with proposer(wish) as who:
        propose(wish, who, AmendBylaws(articles=articles))


def _millionths(text: str, option: str) -> int:
    try:
        exact = Decimal(text.removesuffix("%").strip().replace(",", ".")) * _MILLIONTHS_OF_A_PERCENT
    except InvalidOperation:
        raise click.UsageError(
            say("{option} {text}: give a percentage such as 1.5.", option=option, text=text)
        ) from None
    if exact != exact.to_integral_value() or exact < 0:
        raise click.UsageError(
            say("{option} {text}: give a percentage such as 1.5.", option=option, text=text)
        )
    return int(exact)


def _day(text: str, option: str) -> int:
    """The beginning of a day in universal time, in Unix seconds."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            say("{option} {text}: give a day such as 2027-03-01.", option=option, text=text)
        ) from None
    return int(datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC).timestamp())
