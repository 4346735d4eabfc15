"""Which history of a forked log a steward proposes to stand, from what the node holds."""

import click

from cli.shell.language import say
from cli.steward.stewardship import Stewardship
from ledger.charter import Coop
from ledger.charter_changes import DecideBranch
from node.member.answers import decode_hex, integer, number, objects
from node.member.client import Json, NodeClient


def branch_to_stand(steward: Stewardship, coop: Coop, head: str | None) -> DecideBranch:
    """The change by which one history stands: that whose head begins with `head`, or that in the books.

    A usage error when there is none such, or more than one.
    """
    client = steward.client
    told = client.get(f"/v1/federation/branches/{coop.name}")
    found = [each for each in objects(client, told, "branches") if _is_meant(client, each, head)]
    if len(found) != 1:
        heads = ", ".join(
            say(
                "{head} after entry {number}",
                head=decode_hex(client, each, "head").hex(),
                number=number(client, each, "length"),
            )
            for each in objects(client, told, "branches")
        )
        raise click.UsageError(
            say("--head: the node's histories of that log end with {heads}.", heads=heads)
        )
    losses = {
        integer(client, each, "coop_number"): number(client, each, "amount")
        for each in objects(client, found[0], "losses")
    }
    return DecideBranch(
        coop=coop.number,
        length=number(client, found[0], "length"),
        head=decode_hex(client, found[0], "head"),
        losses=tuple(sorted(losses.items())),
    )


def _is_meant(client: NodeClient, branch: Json, head: str | None) -> bool:
    if head is None:
        return branch.get("is_standing") is True
    return decode_hex(client, branch, "head").hex().startswith(head.lower())
