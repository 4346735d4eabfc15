"""`fiado federation fallen`: payments that are only in a history of a forked log that does not stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from cli.federation.showing import asking, node_option
from cli.shell.fallen_words import FALLEN_PATH, fetch_fallen, fork_lines, outcome_words, party_words
from cli.shell.forms import in_units, when
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.terminal import Output
from ledger.chain import extend
from ledger.charter import Charter
from ledger.receipts import Receipt, decode_receipt
from node.member.answers import decode_bytes, decode_hex, objects, reading
from node.member.client import Json, NodeClient, NodeMisbehaved, path_of

_HEAD_DIGITS: Final = 16


@click.command("fallen")
@click.option("--coop", metavar="COOP", help="Only those of this cooperative's log.")
@click.option(
    "--receipts",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the receipts of those that are shown into this folder, to verify them offline.",
)
@click.option("--limit", type=click.IntRange(1, 200), default=50, help="How many.")
@click.option("--after", type=click.IntRange(0), help="Go on where an earlier page ended.")
@node_option
@output_option
def fallen(
    coop: str | None,
    folder: Path | None,
    limit: int,
    after: int | None,
    url: str | None,
    output: Output,
) -> None:
    """List payments that are only in a history of a forked log that does not stand.

    Members of the cooperative that has forked have what the standing history says; whoever was credited
    elsewhere keeps that. Each has a receipt, and another of the entry that stands in its place:
    `fiado receipt verify FILE.receipt --against FILE.standing.receipt`.
    """
    with asking(url) as (client, known):
        page, items = fetch_fallen(client, FALLEN_PATH, coop=coop, limit=limit, after=after)
        with reading(client):
            for line in fork_lines(objects(client, page, "forks")):
                output.line(line)
            print_fallen(items, output)
        written = (
            []
            if folder is None
            else [_write(client, known.charter, each, folder) for each in items]
        )
    if not items and page.get("complete") is True:
        output.line(say("There is none."))
    if page.get("complete") is not True:
        output.note(say("The node is still looking for them: ask again later."))
    if written:
        output.line(say("{count} receipts are in {folder}.", count=len(written), folder=folder))
    if page.get("next") is not None:
        output.line(say("More: `fiado federation fallen --after {next}`", next=page["next"]))
    output.result({**page, "written": written})


def print_fallen(items: Sequence[Json], output: Output) -> None:
    """A table of them."""
    if not items:
        return
    rows = [
        [
            when(int(item["time"])),
            in_units(int(item["amount"])),
            party_words(item, "payer"),
            party_words(item, "payee"),
            outcome_words(item),
            f"{item['coop']}/{item['number']} {str(item['head'])[:_HEAD_DIGITS]}",
        ]
        for item in items
    ]
    headings = [
        say("when"),
        say("amount"),
        say("from"),
        say("to"),
        say("what holds"),
        say("entry and head"),
    ]
    output.table(headings, rows, right_aligned=[say("amount")])


def _write(client: NodeClient, charter: Charter, item: Json, folder: Path) -> str:
    """Write the receipts of one, once they are known to prove it; the name of the first file."""
    head = decode_hex(client, item, "head")
    proof = client.get(path_of("v1", "federation", "fallen", head.hex()))
    data = decode_bytes(client, proof, "receipt")
    receipt = decode_receipt(data)
    receipt.entry_signed(charter)
    if extend(receipt.previous, receipt.entry) != head:
        raise NodeMisbehaved(
            client.url, say("its receipt is of another entry than {head}", head=head.hex())
        )
    folder.mkdir(parents=True, exist_ok=True)
    coop = charter.coops[receipt.coop].name
    name = f"{coop}-{receipt.length}-{head.hex()[:_HEAD_DIGITS]}"
    path = folder / f"{name}.receipt"
    path.write_bytes(data)
    if proof.get("standing") is not None:
        standing = decode_bytes(client, proof, "standing")
        if not receipt.is_beside(_checked(standing, charter), charter):
            raise NodeMisbehaved(
                client.url, say("what it says stands in that place does not prove it")
            )
        (folder / f"{name}.standing.receipt").write_bytes(standing)
    return str(path)


def _checked(data: bytes, charter: Charter) -> Receipt:
    receipt = decode_receipt(data)
    receipt.check(charter)
    return receipt
