"""`fiado federation endorse`: to stand for what others have proposed, or for a coop that asks to join."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.federation.current import Asked, Proposal, proposals, requests
from cli.federation.faults import NothingToEndorse, SeveralToEndorse
from cli.federation.proposing import signing_options, stand_for
from cli.federation.showing import proposal_lines
from cli.shell.language import say
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.stewardship import Stewardship, open_stewardship
from ledger.charter import Charter
from ledger.charter_changes import Change


@click.command("endorse")
@click.argument("what", required=False, metavar="[NAME|ID|VERSION]")
@signing_options
def endorse(
    what: str | None, yes: bool, key_path: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Stand for a change of the charter that others have proposed, as a steward.

    NAME is that of a cooperative that asks to join, ID the digits before a proposal in `fiado federation
    show`, VERSION the number of the change. When only one thing stands to be endorsed, nothing has to be
    named. As long as it is not decided you may endorse something else instead; what you endorsed last
    counts.
    """
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_stewardship(key_path, passphrase) as steward:
        stand_for(steward, _chosen(steward, what), yes=yes, output=output)


def _chosen(steward: Stewardship, what: str | None) -> Change:
    charter = steward.charter
    told = steward.client.get("/v1/federation")
    standing = proposals(steward.client, charter, told)
    asking = requests(steward.client, charter)
    if what is None or what == str(charter.version + 1):
        found: list[Change] = [proposal.change for proposal in standing]
        if what is None and not found:
            found = [asked.change for asked in asking]
    else:
        found = _named(what, standing, asking)
    if not found:
        raise NothingToEndorse(what, charter.version + 1)
    if len(found) > 1:
        raise SeveralToEndorse(tuple(_listed(charter, standing, asking)))
    return found[0]


def _named(what: str, standing: Sequence[Proposal], asking: Sequence[Asked]) -> list[Change]:
    """What has that id or, of the requests, that name: the newest request of a key counts."""
    by_id = [proposal.change for proposal in standing if proposal.id.startswith(what.lower())]
    if by_id:
        return list(by_id)
    named = {
        asked.request.node_key: asked.change
        for asked in asking
        if asked.request.name == what or asked.request.id.hex().startswith(what.lower())
    }
    return list(named.values())


def _listed(charter: Charter, standing: Sequence[Proposal], asking: Sequence[Asked]) -> list[str]:
    lines = [proposal_lines(proposal, charter)[0] for proposal in standing]
    return lines or [
        say(
            "{id}: {name}, key {node_key}…",
            id=asked.request.id.hex()[:8],
            name=asked.request.name,
            node_key=asked.request.node_key.hex()[:16],
        )
        for asked in asking
    ]
