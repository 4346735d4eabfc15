"""`fiado steward review`: facts for people who decide, about one account, or the debts that are long."""

from pathlib import Path

import click

from cli.shell.forms import in_units, when
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.review_words import duration_words, review_lines
from cli.shell.terminal import Output
from cli.steward.signing import find_member
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from node.member.answers import integer, objects, reading
from node.member.client import Json, NodeProblem, path_of

_PAGE = 200


@click.command("review")
@click.argument("who", metavar="[NAME|NUMBER]", required=False)
@steward_key_option
@passphrase_options
@output_option
def review(who: str | None, key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Look at the facts about an account; without a name, at the debts that are longer than the bylaws' term.

    Turnover, partners, time in debt, last sale, guarantees, each with its arithmetic. There is no score and
    no order of members, and no debt is frozen by being listed. The member sees the same: `fiado review`.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        if who is None:
            _long_debts(steward, output)
            return
        account = integer(steward.client, find_member(steward, who), "account")
        found = steward.client.get(path_of("v1", "members", account, "review"))
        print_review(found, steward, output)


def print_review(found: Json, steward: Stewardship, output: Output) -> None:
    """The facts about an account."""
    with reading(steward.client):
        output.line(
            say(
                "{handle}@{coop}, limit {amount}:",
                handle=found["handle"],
                coop=found["coop"],
                amount=in_units(found["limit"]),
            )
        )
        for line in review_lines(found):
            output.line(line)
    output.result(found)


def long_debts(steward: Stewardship) -> tuple[Json, list[Json]]:
    """What the node says of long debts, and all of them."""
    found: list[Json] = []
    after: int | None = 0
    page: Json = {}
    while after is not None:
        page = steward.client.get("/v1/long-debts", after=after, limit=_PAGE)
        found += objects(steward.client, page, "debts")
        after = None if page.get("next") is None else integer(steward.client, page, "next")
    return page, found


def _long_debts(steward: Stewardship, output: Output) -> None:
    page, debts = long_debts(steward)
    with reading(steward.client):
        term = duration_words(page["debt_term"])
        if page["known"] is not True:
            output.line(
                say(
                    "The node has just begun and is still reading its books: ask again in a moment."
                )
            )
        elif not debts:
            output.line(say("Nobody is in debt for longer than {term}.", term=term))
        else:
            output.line(
                say(
                    "In debt for longer than {term}, the bylaws' term, by account number:",
                    term=term,
                )
            )
            rows = [
                [
                    str(debt["account"]),
                    str(debt["handle"]),
                    in_units(debt["owed"]),
                    when(debt["since"]),
                    duration_words(page["time"] - debt["since"]),
                ]
                for debt in debts
            ]
            output.table(
                [say("account"), say("name"), say("owes"), say("below zero since"), say("for")],
                rows,
            )
            output.line(
                say(
                    "Nothing follows from this by itself. `fiado steward review NAME` has the facts."
                )
            )
    output.result({"debt_term": page["debt_term"], "known": page["known"], "debts": debts})


def long_debts_line(steward: Stewardship) -> str | None:
    """A line for whoever looks at what waits; None without long debts, or where the node tells none."""
    try:
        page = steward.client.get("/v1/long-debts", limit=_PAGE)
    except NodeProblem:
        return None
    debts = objects(steward.client, page, "debts")
    if not debts:
        return None
    count = (
        say("{count} or more", count=len(debts))
        if page.get("next") is not None
        else str(len(debts))
    )
    return say(
        "Debts longer than the bylaws' term: {count}. `fiado steward review` lists them.",
        count=count,
    )
