"""`fiado federation join`: a cooperative asks to join, with the address of any node."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from nacl.utils import random

from cli.federation.changes import stewards_from
from cli.federation.current import change_words
from cli.federation.faults import ChangeImpossible
from cli.shell.consent import agree_to_sign
from cli.shell.language import say
from cli.shell.parameters import LIMIT, NODE_URL, output_option
from cli.shell.terminal import Output
from ledger.charter import Charter
from ledger.charter_changes import Join, read_change
from ledger.rules.charter import check_content
from ledger.signatures import SEED_BYTES, SigningKey
from node.address_file import write_address
from node.addresses import is_address, sign_address
from node.changes import CHANGES_FILE, write_changes
from node.folder.files import KEY_FILE, REQUEST_FILE
from node.folder.loading import read_node_key
from node.folder.making import create_node_key, init_folder, install_charter
from node.folder.settings import DEFAULT_PORT, DEFAULT_STORE
from node.join_requests import JoinRequest, sign_request
from node.member.answers import encode_bytes, text
from node.member.charters import KnownCharter, fetch_charter
from node.member.client import NodeClient
from node.store_urls import check_store_url

_DEFAULT_LIMIT: Final = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the new node is, and how it is reached."""

    folder: Path
    host: str
    port: int
    store: str
    address: str | None


@click.command("join")
@click.argument("url", type=NODE_URL)
@click.option("--name", required=True, help="A short name: small letters, digits and -.")
@click.option("--title", help="What people call it; the name when left out.")
@click.option(
    "--folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The node's folder; it is made.",
)
@click.option(
    "--steward",
    "people",
    multiple=True,
    required=True,
    metavar="NAME:HEX",
    help="A steward and the key that `fiado steward key new` printed; once for each.",
)
@click.option(
    "--threshold", type=click.IntRange(1), help="How many stewards sign; more than half by default."
)
@click.option("--number", type=click.IntRange(1), help="Its number; the next free one by default.")
@click.option(
    "--clearing-limit",
    "limit",
    type=LIMIT,
    default=_DEFAULT_LIMIT,
    show_default="50000.00",
    help="How far all its members together may owe the others.",
)
@click.option("--address", type=NODE_URL, help="Where its node will answer to the others.")
@click.option("--host", default="127.0.0.1", help="Where to listen; 0.0.0.0 for the whole network.")
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, help="The port.")
@click.option("--store", default=DEFAULT_STORE, help="sqlite:///FILE, or postgresql://….")
@click.option(
    "--federation",
    metavar="HEX",
    help="The federation's id, as you know it from its people; any by default.",
)
@click.option("--yes", is_flag=True, help="Ask without being asked; for scripts.")
@output_option
def join(
    url: str,
    name: str,
    title: str | None,
    folder: Path,
    people: tuple[str, ...],
    threshold: int | None,
    number: int | None,
    limit: int,
    address: str | None,
    host: str,
    port: int,
    store: str,
    federation: str | None,
    yes: bool,
    output: Output,
) -> None:
    """Ask a federation to take your cooperative in. URL is the address of any of its nodes.

    The founding charter and every change since are fetched and checked, the folder of your node is made
    with a new key, and the request is signed with that key and left at the node, which passes it on. Run
    it again with the same folder to correct what you asked for.
    """
    check_store_url(store)
    stewards = stewards_from(people)
    threshold = _threshold(threshold, len(stewards))
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    place = Place(folder=folder, host=host, port=port, store=store, address=address)
    with NodeClient(url) as client:
        known = fetch_charter(client, expected=_expected(federation))
        seed = _seed(folder)
        change = Join(
            coop=_next_number(known.charter) if number is None else number,
            name=name,
            title=title or name,
            node_key=SigningKey(seed).public_key,
            clearing_limit=limit,
            steward_threshold=threshold,
            stewards=stewards,
        )
        _check(known.charter, change, folder)
        _show(known, change, output)
        if not yes:
            agree_to_sign(say("Ask for this?"))
        _make_folder(place, seed, change, known, client)
        request = sign_request(
            SigningKey(seed),
            change.value(),
            federation=known.charter.federation,
            url=address,
            time=int(time.time()),
        )
        (folder / REQUEST_FILE).write_bytes(request.encode())
        answer = client.post("/v1/federation/requests", {"request": encode_bytes(request.encode())})
        text(client, answer, "id")
    _tell(known, request, place, output)


def _threshold(asked: int | None, count: int) -> int:
    """How many of so many stewards sign: as asked for, else more than half."""
    if asked is None:
        return count // 2 + 1
    if asked > count:
        raise click.UsageError(
            say(
                "--threshold {threshold}: there are {count} stewards.", threshold=asked, count=count
            )
        )
    return asked


def _expected(federation: str | None) -> bytes | None:
    if federation is None:
        return None
    if not re.fullmatch("[0-9a-f]{64}", federation):
        raise click.UsageError(
            say("--federation {federation}: an id has 64 hex digits.", federation=federation)
        )
    return bytes.fromhex(federation)


def _seed(folder: Path) -> bytes:
    """The key that the folder has already, or a new one, which is not written yet."""
    return read_node_key(folder).seed if (folder / KEY_FILE).exists() else random(SEED_BYTES)


def _next_number(charter: Charter) -> int:
    return max(charter.coops) + 1


def _check(charter: Charter, change: Join, folder: Path) -> None:
    """Raise what is wrong with it before anything is made."""
    owner = next(
        (coop.name for coop in charter.coops.values() if change.node_key in coop.all_keys), None
    )
    if owner is not None:
        raise click.UsageError(
            say(
                "--folder: {folder} is that of the node of {owner}, which belongs to the federation "
                "or did. Name a folder that is not there yet.",
                folder=folder,
                owner=owner,
            )
        )
    if read_change(change.value()) is None:
        raise click.UsageError(
            say(
                "--name has 1 to 32 small letters, digits and -, and begins with a letter or digit; a "
                "title has at most 64 characters, a steward's name at most 32, and single spaces: "
                "none that nobody sees."
            )
        )
    refusal = check_content(charter, version=charter.version + 1, base=charter.base, change=change)
    if refusal is not None:
        raise ChangeImpossible(refusal)


def _show(known: KnownCharter, change: Join, output: Output) -> None:
    charter = known.charter
    output.fields(
        {
            say("federation"): known.founding.name,
            say("id"): charter.federation.hex(),
            say("cooperatives"): ", ".join(coop.title for coop in charter.members()),
            say("changes of the charter"): str(charter.version),
        }
    )
    output.line()
    for sentence in change_words(change, charter):
        output.line(sentence)


def _make_folder(
    place: Place, seed: bytes, change: Join, known: KnownCharter, client: NodeClient
) -> None:
    """Charter, settings and key where there are none yet, the changes known now, and where it will answer."""
    if not (place.folder / KEY_FILE).exists():
        install_charter(
            place.folder,
            charter=known.founding.source,
            signatures=client.get_bytes("/v1/charter/signatures").body,
        )
        init_folder(
            place.folder,
            coop=change.name,
            host=place.host,
            port=place.port,
            store=place.store,
            peers={_name_of(client): client.url},
        )
        create_node_key(place.folder, seed)
    (place.folder / CHANGES_FILE).write_bytes(write_changes(known.entries))
    if place.address is not None and is_address(place.address):
        now = int(time.time())
        statement = sign_address(
            SigningKey(seed),
            federation=known.charter.federation,
            coop=change.coop,
            serial=now,
            time=now,
            url=place.address,
        )
        write_address(place.folder, statement)


def _name_of(client: NodeClient) -> str:
    return text(client, client.get("/v1/status"), "coop")


def _tell(known: KnownCharter, request: JoinRequest, place: Place, output: Output) -> None:
    output.line()
    output.line(
        say(
            "Asked. The stewards of {name} see it with `fiado federation requests`.",
            name=known.founding.name,
        )
    )
    output.line(say("Read out to them, by telephone or on paper, the key of your node:"))
    output.line(f"  {request.node_key.hex()}")
    output.line(say("It will listen at {host}, port {port}.", host=place.host, port=place.port))
    if place.address is not None:
        output.line(
            say(
                "The others will call it at {address}, which has to lead there.",
                address=place.address,
            )
        )
    output.line(
        say(
            "Start the node, which waits to be taken in: fiado node run {folder}",
            folder=place.folder,
        )
    )
    output.line(say("It begins to record by itself when the federation has taken you in."))
    output.result(
        {
            "folder": str(place.folder),
            "request": request.id.hex(),
            "coop": request.name,
            "coop_number": request.number,
            "public_key": request.node_key.hex(),
            "federation": known.charter.federation.hex(),
        }
    )
