"""`fiado review`: what the stewards see of the member's account when they review it."""

from pathlib import Path

import click

from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.review_words import review_lines
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.answers import reading


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
