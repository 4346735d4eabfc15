"""`fiado notices`: where the account's owner is told what happens, and ending it.

A browser is asked for notices in that browser, and an address by the page, where somebody answers the mail:
`/notices` of the cooperative's node.
"""

from pathlib import Path

import click

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.answers import integer, objects, text
from node.member.client import Json, NodeClient, path_of


@click.group()
def notices() -> None:
    """Where your node tells you that you were paid, or that your limit is near: browsers and mail."""


@notices.command("list")
@wallet_option
@passphrase_options
@output_option
def list_(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show where you are told."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = _targets(member.client)
        rows = [[_where(member.client, each), _since(member.client, each)] for each in found]
        ids = [text(member.client, each, "id") for each in found]
        if found:
            headings = [say("where"), say("since"), say("id")]
            output.table(headings, [[*row, id_] for row, id_ in zip(rows, ids, strict=True)])
        else:
            output.line(
                say(
                    "You are told nowhere. Ask for it on the page {url}.",
                    url=f"{member.client.url}/notices",
                )
            )
        output.result({"targets": found})


@notices.command("stop")
@click.argument("place", metavar="PLACE")
@wallet_option
@passphrase_options
@output_option
def stop(place: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Be told no more at PLACE: an address of mail, or an id as `fiado notices list` shows it."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        client = member.client
        for each in _targets(client):
            is_mail = text(client, each, "channel") == "mail"
            if place != text(client, each, "id") and not (
                is_mail and place.lower() == text(client, each, "at").lower()
            ):
                continue
            client.delete(path_of("v1", "me", "notices", "targets", text(client, each, "id")))
            output.line(say("Nothing more is sent there: {where}.", where=_where(client, each)))
            output.result({"stopped": each})
            return
    raise CliError(
        ExitCode.REFUSED,
        "notice_target_not_found",
        say("You are not told at {place}.", place=place),
        say("`fiado notices list` shows where you are."),
    )


def _targets(client: NodeClient) -> list[Json]:
    return list(objects(client, client.get("/v1/me/notices"), "targets"))


def _where(client: NodeClient, target: Json) -> str:
    at = text(client, target, "at")
    if text(client, target, "channel") == "mail":
        return at
    return say("a browser, by way of {host}", host=at)


def _since(client: NodeClient, target: Json) -> str:
    if not target.get("confirmed"):
        return say("waits until the mail to it is answered")
    return when(integer(client, target, "created"))
