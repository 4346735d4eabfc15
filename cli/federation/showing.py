"""`fiado federation show`, `history`, `requests`: the charter in force, how it came about, who wants in."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from cli.federation.current import (
    Asked,
    Proposal,
    change_words,
    in_force,
    proposals,
    requests,
    silent_coops,
)
from cli.federation.faults import NodeNotNamed
from cli.federation.index_words import index_fields
from cli.federation.quorums import cost_of_one
from cli.shell.fallen_words import FALLEN_PATH, fetch_fallen, fork_lines
from cli.shell.forms import in_units, moment
from cli.shell.language import later, say
from cli.shell.parameters import NODE_URL, default_wallet, output_option
from cli.shell.terminal import Output
from cli.steward.stewardship import default_steward_key
from ledger.charter import Charter, Standing
from ledger.charter_entries import CharterEntry
from node.changes import write_changes
from node.member.answers import objects, reading
from node.member.charters import KnownCharter, fetch_charter
from node.member.client import Json, NodeClient
from node.member.wallet_file import WalletMissing, read_wallet

STANDINGS: Final = {
    Standing.MEMBER: later("member"),
    Standing.QUARANTINED: later("quarantined"),
    Standing.LEFT: later("left"),
}


def node_option(command: Any) -> Any:
    """Add `--node`; the command gets the address, or None, as its argument `url`."""
    return click.option(
        "--node",
        "url",
        type=NODE_URL,
        help="The node to ask; your cooperative's when left out.",
    )(command)


@contextmanager
def asking(url: str | None) -> Iterator[tuple[NodeClient, KnownCharter]]:
    """A node and the charter that it proves, for the `with` block. Raises `NodeNotNamed`."""
    with NodeClient(url or own_node()) as client:
        yield client, fetch_charter(client)


def own_node() -> str:
    """Where the node answers at which this person's steward's key, or else wallet, is at home.

    The key is the one that `FIADO_STEWARD_KEY` names, if that is set.
    """
    named = os.environ.get("FIADO_STEWARD_KEY")
    for path in (Path(named) if named else default_steward_key(), default_wallet()):
        try:
            found = read_wallet(path).public.node_url
        except WalletMissing:
            continue
        if found is not None:
            return found
    raise NodeNotNamed


def show_node(url: str, output: Output) -> None:
    """Show the charter in force at a node, and what is being decided about it."""
    with asking(url) as (client, asked):
        known, told = in_force(client, asked)
        charter = known.charter
        standing = proposals(client, charter, told)
        page, _ = fetch_fallen(client, FALLEN_PATH, limit=1)
        forks = objects(client, page, "forks")
        with reading(client):
            fallen = fork_lines(forks)
        newcomers = sorted({each.request.name for each in requests(client, charter)})
    _print_charter(known, output)
    _print_proposals(charter, standing, told, output)
    if newcomers:
        output.line()
        output.line(
            say(
                "Asking to join: {names}. `fiado federation requests --node {url}` shows the key that "
                "is to be compared.",
                names=", ".join(newcomers),
                url=url,
            )
        )
    for line in fallen:
        output.line()
        output.line(
            say("{line} `fiado federation fallen --node {url}` lists them.", line=line, url=url)
        )
    output.result(
        {
            "federation": charter.federation.hex(),
            "name": known.founding.name,
            "unit": known.founding.unit,
            "version": charter.version,
            "coops": [_coop_json(charter, number) for number in charter.coops],
            "witness_quorum": charter.witness_quorum,
            "decision_quorum": charter.decision_quorum,
            "decision_quorum_chosen": charter.chosen.decision,
            "entries_per_day": charter.entries_per_day,
            "proposals": [proposal_json(each, charter) for each in standing],
            "silent": list(silent_coops(told)),
            "asking_to_join": newcomers,
            "forks": forks,
        }
    )


def _print_charter(known: KnownCharter, output: Output) -> None:
    charter = known.charter
    members = sum(1 for _ in charter.members())
    bound = charter.entries_per_day
    output.fields(
        {
            say("federation"): known.founding.name,
            "id": charter.federation.hex(),
            say("unit"): known.founding.unit,
            say("changes of the charter"): str(charter.version),
            say("witnesses for each anchor"): str(charter.witness_quorum),
            say("signatures for a decision"): say(
                "{decision_quorum} of {members}{chosen}",
                decision_quorum=charter.decision_quorum,
                members=members,
                chosen=_chosen(charter),
            ),
            say("payments a day of each"): say("no bound")
            if bound is None
            else say("at most {bound}", bound=bound),
        }
        | index_fields(charter)
    )
    output.line()
    rows = [
        [
            coop.name,
            coop.title,
            say(STANDINGS[coop.standing]),
            in_units(coop.clearing_limit),
            say(
                "{steward_threshold} of {count}: ",
                steward_threshold=coop.steward_threshold,
                count=len(coop.stewards),
            )
            + ", ".join(steward.name for steward in coop.stewards),
        ]
        for coop in charter.coops.values()
    ]
    headings = [say("coop"), say("title"), say("standing"), say("clearing limit"), say("stewards")]
    output.table(headings, rows, right_aligned=[say("clearing limit")])
    careful = cost_of_one(members, charter.decision_quorum)
    if careful:
        output.line()
        output.line(careful)


def _chosen(charter: Charter) -> str:
    """What people chose, where the number of members asks for something else now."""
    chosen = charter.chosen.decision
    return (
        ""
        if chosen == charter.decision_quorum
        else say(" ({chosen} chosen, which fit fewer or more members)", chosen=chosen)
    )


def _print_proposals(
    charter: Charter, standing: Sequence[Proposal], told: Json, output: Output
) -> None:
    if not standing:
        return
    output.line()
    output.line(
        say("Proposed as change {value}; one of them can be it:", value=charter.version + 1)
    )
    for proposal in standing:
        output.line()
        for line in proposal_lines(proposal, charter):
            output.line(line)
    silent = silent_coops(told)
    if silent:
        output.line()
        output.line(say("Not heard yet: {names}.", names=", ".join(silent)))


def proposal_lines(proposal: Proposal, charter: Charter) -> list[str]:
    """A proposal, and who stands for it, as people read it."""
    lines = [f"{proposal.id}: {' '.join(change_words(proposal.change, charter))}"]
    if proposal.stewards:
        lines.append(f"  {_endorsed_here(proposal)}")
    if proposal.supported_by:
        names = ", ".join(proposal.supported_by)
        lines.append(
            say(
                "  For it: {names}. Needed: {decision_quorum}.",
                names=names,
                decision_quorum=charter.decision_quorum,
            )
        )
    if proposal.signed_by:
        lines.append(say("  Signed by {names}.", names=", ".join(proposal.signed_by)))
    return lines


def _endorsed_here(proposal: Proposal) -> str:
    """Which stewards of the asked node's coop endorse it, and what becomes of that."""
    names, missing = ", ".join(proposal.stewards), proposal.stewards_missing
    endorsed = say("Endorsed at this node by {names}", names=names)
    if missing > 0:
        waits = later("{endorsed}; {missing} more of its stewards have to.")
        if missing == 1:
            waits = later("{endorsed}; 1 more of its stewards has to.")
        return say(waits, endorsed=endorsed, missing=missing)
    if proposal.is_bound:
        return say(
            "{endorsed}, which is enough: their coop stands for it as soon as it is its turn, in "
            "the next round at the latest, within a few minutes.",
            endorsed=endorsed,
        )
    return f"{endorsed}."


def proposal_json(proposal: Proposal, charter: Charter) -> Json:
    """The same for programs."""
    return {
        "id": proposal.id,
        "version": charter.version + 1,
        "type": proposal.change.type,
        "says": " ".join(change_words(proposal.change, charter)),
        "stewards": list(proposal.stewards),
        "supported_by": list(proposal.supported_by),
        "signed_by": list(proposal.signed_by),
        "endorsed": proposal.is_endorsed,
        "needed": charter.decision_quorum,
    }


def _coop_json(charter: Charter, number: int) -> Json:
    coop = charter.coops[number]
    return {
        "coop": coop.name,
        "coop_number": number,
        "title": coop.title,
        "standing": STANDINGS[coop.standing],
        "clearing_limit": coop.clearing_limit,
        "node_key": coop.node_key.hex(),
        "stewards": [steward.name for steward in coop.stewards],
        "steward_threshold": coop.steward_threshold,
    }


@click.command("history")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the changes to this file, charter.changes beside charter.toml, to verify receipts offline.",
)
@node_option
@output_option
def history(out: Path | None, url: str | None, output: Output) -> None:
    """Tell how the charter came to be what it is: each change, and whose nodes signed it.

    A node signs what enough cooperatives stand for, also if its own stewards have endorsed nothing. Each log
    keeps the signatures with which its node learnt of a change. So another node may name others, where more
    had signed than were needed; each list is enough.

    Everything is checked here: each change carries the signatures of as many as decide.
    """
    with asking(url) as (client, known):
        times = _times(client)
    if out is not None:
        out.write_bytes(write_changes(known.entries))
    output.line(
        say(
            "{name} was founded by {founders}.", name=known.founding.name, founders=_founders(known)
        )
    )
    told = []
    for entry, before in zip(known.entries, known.charters, strict=False):
        said = " ".join(change_words(entry.change, before))
        signers = _signers(entry, before)
        when = times.get(entry.version)
        output.line()
        at = "" if when is None else say(", in force here since {time}", time=moment(when))
        output.line(f"{entry.version}. {said}")
        output.line(
            say(
                "   Decided; by this node's log the nodes of {names} signed it{at}.",
                names=", ".join(signers),
                at=at,
            )
        )
        told.append(
            {
                "version": entry.version,
                "type": entry.change.type,
                "says": said,
                "signed_by": signers,
                "time": when,
            }
        )
    if not told:
        output.line(say("The charter has not been changed since."))
    output.result(
        {
            "federation": known.founding.federation.hex(),
            "name": known.founding.name,
            "changes": told,
        }
    )


def _founders(known: KnownCharter) -> str:
    return ", ".join(coop.title for coop in known.founding.genesis.coops.values())


def _signers(entry: CharterEntry, before: Charter) -> list[str]:
    return [before.coops[coop].name for coop, _ in entry.signatures]


def _times(client: NodeClient) -> dict[int, int]:
    """When the node's own log took each version in, by the node's word."""
    times: dict[int, int] = {}
    first: object = 1
    while isinstance(first, int) and len(times) == first - 1:
        page = client.get("/v1/federation/changes", first=first)
        for each in page.get("changes") or []:
            if isinstance(each, dict) and type(each.get("time")) is int:
                times[len(times) + 1] = each["time"]
        first = page.get("next")
    return times


@click.command("requests")
@node_option
@output_option
def list_requests(url: str | None, output: Output) -> None:
    """List the cooperatives that ask to join.

    A request gives no rights. Make sure by other means that it is theirs: have them read out the digits of
    their node's key. Stewards stand for one with `fiado federation endorse NAME`.
    """
    with asking(url) as (client, known):
        found = requests(client, known.charter)
    for request in found:
        for line in request_lines(request, known.charter):
            output.line(line)
        output.line()
    if not found:
        output.line(say("Nobody asks to join."))
    output.result({"requests": [_request_json(each, known.charter) for each in found]})


def request_lines(asked: Asked, charter: Charter) -> list[str]:
    """A request as people read it."""
    request = asked.request
    at = say("it does not say where") if request.url is None else request.url
    return [
        f"{request.name}: {' '.join(change_words(asked.change, charter))}",
        say("  Asked on {time}. Its node will answer at: {at}.", time=moment(request.time), at=at),
        say("  The whole key of its node: {node_key}", node_key=request.node_key.hex()),
    ]


def _request_json(asked: Asked, charter: Charter) -> Json:
    request = asked.request
    return {
        "id": request.id.hex(),
        "name": request.name,
        "coop_number": request.number,
        "node_key": request.node_key.hex(),
        "url": request.url,
        "time": request.time,
        "says": " ".join(change_words(asked.change, charter)),
    }
