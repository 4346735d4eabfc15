"""`fiado review`, `fiado balances`: what stewards see of the account, and members of each other."""

from pathlib import Path

import click

from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.review_words import review_lines
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.answers import Pages, objects, reading
from node.member.client import Json


@click.command()
@wallet_option
@passphrase_options
@output_option
def review(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show the facts about your account that your stewards see, with their arithmetic.

    They are counted from the books by your node: turnover, partners, time in debt, last sale, guarantees.
    There is no score. If something is wrong, tell your stewards.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/me/review")
        with reading(member.client):
            for line in review_lines(found):
                output.line(line)
        output.result(found)


@click.command()
@wallet_option
@passphrase_options
@output_option
def balances(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """List what the members of your cooperative have and owe, where your bylaws show it to members.

    The article see_balances says so; at first it doesn't, and only stewards see it.
    """
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found: list[Json] = []
        after: str | int | None = 0
        pages = Pages(member.client)
        while after is not None:
            page = member.client.get("/v1/balances", after=after, limit=200)
            found += objects(member.client, page, "balances")
            after = pages.after(page)
        with reading(member.client):
            rows = [
                [each["handle"], in_units(each["balance"]), in_units(each["limit"])]
                for each in found
            ]
        output.table(
            [say("member"), say("balance"), say("limit")],
            rows,
            right_aligned=[say("balance"), say("limit")],
        )
        output.result({"balances": found})
