"""`fiado steward guarantees`: who answers for whom, for those who decide about limits."""

from pathlib import Path

import click

from cli.shell.forms import in_units
from cli.shell.guarantee_words import ring_lines, show_guarantees
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.signing import find_member
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from node.member.answers import integer, reading
from node.member.client import Json, path_of


@click.command("guarantees")
@click.argument("handle", required=False)
@steward_key_option
@passphrase_options
@output_option
def guarantees(
    handle: str | None, key_path: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Show who answers for HANDLE and for whom HANDLE does; without it, the figures of the cooperative.

    A guarantee moves no limit: it is for you to weigh. Circles are shown, because in one everybody leans on
    themselves.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        found = _of_all(steward, output) if handle is None else _of(steward, handle, output)
        output.result(found)


def _of(steward: Stewardship, handle: str, output: Output) -> Json:
    account = integer(steward.client, find_member(steward, handle), "account")
    found = steward.client.get(path_of("v1", "members", account, "guarantees"))
    with reading(steward.client):
        show_guarantees(found, output)
        for line in ring_lines(found["rings"]):
            output.line(line)
    return found


def _of_all(steward: Stewardship, output: Output) -> Json:
    found = steward.client.get("/v1/guarantees")
    with reading(steward.client):
        output.fields(
            {say("guarantees"): str(found["count"]), say("together"): in_units(found["pledged"])}
        )
        for line in ring_lines(found["rings"]) or [say("Nobody leans on themselves in a circle.")]:
            output.line(line)
    return found
