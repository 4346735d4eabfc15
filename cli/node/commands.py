"""`fiado node`: a cooperative's node, from its empty folder to its daily state."""

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource
from nacl.utils import random

from cli.federation.signatures import signatures_beside
from cli.node.address import address_of, unnamed_peers
from cli.node.moved import moved
from cli.shell.describing import counted_payments
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.matters import federation_matters
from cli.shell.parameters import NODE_TARGET, output_option
from cli.shell.retelling import retold
from cli.shell.states import state_words
from cli.shell.terminal import Output
from ledger.signatures import SEED_BYTES
from node.folder.files import SETTINGS_FILE, SIGNATURES_FILE
from node.folder.making import create_node_key, init_folder, init_like, install_charter
from node.folder.settings import DEFAULT_PORT, DEFAULT_STORE
from node.member.client import Json, NodeClient, NodeUnreachable
from node.member.troubles import Trouble, read_deciding, read_troubles
from node.store_urls import check_store_url
from node.urls import parse_node_url

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)

STDIN_DESCRIPTOR = 0


@click.group()
def node() -> None:
    """The node of a cooperative."""


@node.command("init")
@click.argument("folder", type=FOLDER)
@click.option("--coop", metavar="NAME", help="The cooperative's name in the charter.")
@click.option(
    "--like",
    "old",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Of the same cooperative's old folder take settings and charter: for a key that was lost.",
)
@click.option("--host", default="127.0.0.1", help="Where to listen; 0.0.0.0 for the whole network.")
@click.option("--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, help="The port.")
@click.option("--store", default=DEFAULT_STORE, help="sqlite:///FILE, or postgresql://….")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="COOP=URL",
    help="Where another cooperative's node answers.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Where members and other nodes reach it, such as https://fiado.norte.example; it says so itself.",
)
@output_option
def init(
    folder: Path,
    coop: str | None,
    old: Path | None,
    host: str,
    port: int,
    store: str,
    peers: tuple[str, ...],
    public_url: str,
    output: Output,
) -> None:
    """Make the folder of a node: its key and its settings.

    It prints the public key, which belongs into the charter. The secret one, `node.key`, never leaves
    the folder; OPERATING says what losing it costs.
    """
    if old is None and coop is None:
        raise click.UsageError(say("Missing option '--coop'."))
    if old is not None:
        if any(
            _is_given(name) for name in ("coop", "host", "port", "store", "peers", "public_url")
        ):
            raise click.UsageError(
                say("With --like everything else is as in {value}.", value=old / SETTINGS_FILE)
            )
        coop = init_like(folder, old)
    elif coop is not None:
        check_store_url(store)
        init_folder(
            folder,
            coop=coop,
            host=host,
            port=port,
            store=store,
            peers=_by_name(peers),
            public_url=parse_node_url(public_url) if public_url else "",
        )
    key = create_node_key(folder, random(SEED_BYTES))
    output.fields(
        {
            say("folder"): str(folder),
            say("cooperative"): str(coop),
            say("public key"): key.public_key.hex(),
        }
    )
    output.line()
    if old is not None:
        output.line(say("Read the public key out to the others, who propose it:"))
        output.line(f"  fiado federation propose key {coop} {key.public_key.hex()}")
        output.line(say("When that is decided: fiado node run {folder}", folder=folder))
    else:
        output.line(
            say("Put the public key into the charter. When every cooperative has signed it:")
        )
        output.line(f"  fiado node install {folder} charter.toml")
        output.line(f"  fiado node run {folder}")
    output.result({"folder": str(folder), "coop": coop, "public_key": key.public_key.hex()})


def _is_given(name: str) -> bool:
    """Whether somebody typed that option."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _by_name(peers: Sequence[str]) -> dict[str, str]:
    """What `--peer` says, by the coop's name."""
    by_name = {}
    for peer in peers:
        name, mark, url = peer.partition("=")
        if not mark:
            raise click.UsageError(say("--peer {peer}: write it as COOP=URL.", peer=peer))
        by_name[name] = parse_node_url(url)
    return by_name


@node.command("install")
@click.argument("folder", type=FOLDER)
@click.argument("charter", type=FILE)
@click.option(
    "--signatures",
    type=FILE,
    help="charter.signatures.toml; the one beside the charter when left out.",
)
@click.option(
    "--new-key",
    is_flag=True,
    help="The charter is to get this folder's key, or its cooperative, by a change.",
)
@output_option
def install(
    folder: Path, charter: Path, signatures: Path | None, new_key: bool, output: Output
) -> None:
    """Put the signed charter into a node's folder, once every cooperative has signed it."""
    if not (folder / SETTINGS_FILE).exists():
        raise CliError(
            ExitCode.REFUSED,
            "node_missing",
            say(
                "There is no node in {folder}: it has no {settings_file}.",
                folder=folder,
                settings_file=SETTINGS_FILE,
            ),
            say(
                "Check the path; `fiado node init {folder} --coop NAME` makes a new node's folder.",
                folder=folder,
            ),
        )
    beside = signatures or signatures_beside(charter)
    if signatures is None and not beside.exists():
        beside = charter.with_name(SIGNATURES_FILE)
    if not beside.exists():
        raise CliError(
            ExitCode.REFUSED,
            "charter_unsigned",
            say("Nobody has signed this charter yet: there is no {beside}.", beside=beside),
            say(
                "Each cooperative signs it with `fiado federation sign {charter} --node FOLDER`. If "
                "the signatures are elsewhere, name their file with --signatures.",
                charter=charter,
            ),
        )
    install_charter(
        folder, charter=charter.read_bytes(), signatures=beside.read_bytes(), new_key=new_key
    )
    output.line(say("The charter is in {folder}.", folder=folder))
    unnamed = unnamed_peers(folder)
    if unnamed:
        output.line(
            say(
                "Not under [peers] in {value} is where these nodes answer: {names}. It is enough that "
                "all nodes together form one connected network; OPERATING shows how.",
                value=folder / SETTINGS_FILE,
                names=", ".join(unnamed),
            )
        )
    output.line(say("Start the node with `fiado node run {folder}`.", folder=folder))
    output.result({"folder": str(folder), "peers_unnamed": unnamed})


@node.command("run")
@click.argument("folder", type=FOLDER)
@click.option(
    "--alone",
    is_flag=True,
    help="Let it sign though its disk is in doubt and its peers can't be asked; read OPERATING first.",
)
@click.option(
    "--while-stdin-open",
    is_flag=True,
    help="Stop too when standard input ends, such as with the program that started the node.",
)
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="This machine's clock is right, whatever speaks against it; see OPERATING, “The clock”.",
)
def run(folder: Path, alone: bool, clock_is_right: bool, while_stdin_open: bool) -> None:
    """Run a node until it is told to stop (Ctrl-C, or SIGTERM).

    Its log goes to standard error, one JSON object on a line.
    """
    if while_stdin_open:
        threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    from node.compose import run as run_node

    code = run_node(folder, alone=alone, clock_is_right=clock_is_right)
    click.get_current_context().exit(code)


def _stop_at_end_of_input() -> None:
    # Not `sys.stdin`: its lock, held by a waiting thread, would break the end of the process.
    while os.read(STDIN_DESCRIPTOR, 1_024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@node.command("status")
@click.argument("target", type=NODE_TARGET, metavar="URL|FOLDER")
@output_option
def status(target: Path | str, output: Output) -> None:
    """Show how a running node is doing: its logs, its peers, what is on its way.

    Of a FOLDER on this machine, its settings say where the node listens.
    """
    url = address_of(target) if isinstance(target, Path) else target
    with NodeClient(url) as client:
        try:
            found = client.get("/v1/status")
        except NodeUnreachable as error:
            if isinstance(target, Path):
                raise _not_running(target, error) from error
            raise
        logs = client.get("/v1/logs").get("logs", [])
        matters = federation_matters(client)
    troubles = read_troubles(found)
    transit = found.get("in_transit") or {}
    output.fields(
        {
            say("node"): url,
            say("federation"): f"{found.get('name')} ({found.get('federation')})",
            say("cooperative"): str(found.get("coop")),
            say("state"): _state(found, troubles),
            say("linked with"): ", ".join(found.get("peers") or []) or say("nobody"),
            say("accused"): ", ".join(found.get("accused") or []) or say("nobody"),
            say("on its way"): f"{counted_payments(transit.get('items', 0))}, "
            f"{in_units(transit.get('amount', 0))}",
            **_loss(found),
            say("validator"): state_words(str(found.get("validator"))),
            say("version"): str(found.get("version")),
        }
    )
    output.line()
    _logs(logs, output)
    for deciding in read_deciding(found):
        output.line()
        output.line(say("Being decided: {deciding}", deciding=retold(deciding)))
    for trouble in troubles:
        output.line()
        output.line(f"{retold(trouble.detail)} {retold(trouble.remedy)}")
    for line in matters.lines():
        output.line()
        output.line(line)
    output.result({**found, "logs": logs, "federation_matters": matters.as_json()})


def _logs(logs: list[Json], output: Output) -> None:
    """The log of each cooperative, as far as the node has it."""
    rows = [
        [
            str(log["coop"]),
            str(log["length"]),
            str(log["accounts"]),
            in_units(log["position"]),
            in_units(-log["clearing_limit"]),
            str(log["head"])[:16],
        ]
        for log in logs
    ]
    headings = [
        say("log"),
        say("entries"),
        say("members"),
        say("position"),
        say("lowest"),
        say("head"),
    ]
    output.table(
        headings,
        rows,
        right_aligned=[say("entries"), say("members"), say("position"), say("lowest")],
    )


node.add_command(moved)


def _loss(found: Json) -> dict[str, str]:
    """The loss of a fork, where there is one."""
    loss = found.get("fork_loss")
    return {} if not loss else {say("loss of a fork"): in_units(loss)}


def _not_running(folder: Path, error: NodeUnreachable) -> CliError:
    """Nobody listens where the node of a folder here would."""
    return CliError(
        ExitCode.NODE_UNREACHABLE,
        "node_not_running",
        say(
            "The node in {folder} does not run: nobody answers at {url} ({reason}).",
            folder=folder,
            url=error.url,
            reason=retold(error.reason),
        ),
        say(
            "Start it with `fiado node run {folder}`; `fiado doctor --folder {folder}` looks at "
            "what is there.",
            folder=folder,
        ),
        {"node": error.url},
    )


def _state(found: Json, troubles: Sequence[Trouble]) -> str:
    """Whether the node records, and how much there is to read below."""
    count = len(troubles)
    more = say("; {count} things to look at, see below", count=count) if count else ""
    if count == 1:
        more = say("; 1 thing to look at, see below")
    if found.get("readiness") == "ready":
        return say("ready") + more
    return say(
        "{state}: it records nothing now{more}",
        state=state_words(found.get("readiness")).upper(),
        more=more,
    )
