"""`fiado federation`: the charter that cooperatives agree on, from its draft to the last signature."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cli.federation.changes import propose_group
from cli.federation.endorse import endorse
from cli.federation.fallen import fallen
from cli.federation.importing import import_group
from cli.federation.index_words import index_fields
from cli.federation.init import init
from cli.federation.join import join
from cli.federation.showing import history, list_requests, show_node
from cli.federation.signatures import (
    coops_missing,
    parse_signatures,
    read_signatures,
    signatures_beside,
    validity,
    write_signatures,
)
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import NODE_TARGET, output_option
from cli.shell.terminal import Output
from ledger.founding import (
    Founding,
    check_charter_signatures,
    sign_charter,
)
from node.folder.files import CHARTER_FILE
from node.folder.loading import read_node_key
from node.member.charters import read_founding

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def federation() -> None:
    """The charter: what the cooperatives of a federation agree on."""


for command in (endorse, fallen, history, import_group, init, join, list_requests, propose_group):
    federation.add_command(command)


@federation.command("sign")
@click.argument("file", type=FILE)
@click.option(
    "--node",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The node's folder, which has its key.",
)
@click.option(
    "--out", type=FILE, help="Where the signatures are; beside the charter when left out."
)
@click.option("--yes", is_flag=True, help="Sign without asking; for scripts.")
@output_option
def sign(file: Path, folder: Path, out: Path | None, yes: bool, output: Output) -> None:
    """Sign a charter in the name of a cooperative, with its node's key.

    Everything in the file is agreed to. The signature is added to `charter.signatures.toml`, or to
    `second.signatures.toml` for a draft in `second.toml`; send that file on to the others, or let
    `fiado federation collect` bring several together.
    """
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    founding = read_founding(file)
    key = read_node_key(folder)
    coop = next(
        (each for each in founding.genesis.coops.values() if each.node_key == key.public_key), None
    )
    if coop is None:
        raise CliError(
            ExitCode.REFUSED,
            "node_key_unknown",
            say("No cooperative in the charter has the key of {folder}.", folder=folder),
            say(
                "Put this key into the charter first: {public_key}", public_key=key.public_key.hex()
            ),
        )
    path = signatures_beside(file) if out is None else out
    if not output.is_json:
        _print(founding, read_signatures(path), output)
    if not yes:
        agree_to_sign(say("Sign this in the name of {title}?", title=coop.title))
    signatures = write_signatures(
        path, founding.genesis, {coop.number: sign_charter(founding, coop=coop.number, key=key)}
    )
    missing = coops_missing(founding.genesis, signatures)
    output.line(say("Signed in the name of {name}, in {path}.", name=coop.name, path=path))
    output.line(_missing_words(missing))
    output.result(
        {
            "federation": founding.federation.hex(),
            "coop": coop.name,
            "file": str(path),
            "missing": missing,
        }
    )


@federation.command("collect")
@click.argument("file", type=FILE)
@click.argument("signature_files", nargs=-1, required=True, type=FILE)
@output_option
def collect(file: Path, signature_files: tuple[Path, ...], output: Output) -> None:
    """Bring the signatures of several cooperatives together beside the charter.

    Those that are not signatures of this charter are refused.
    """
    founding = read_founding(file)
    path = signatures_beside(file)
    gathered: dict[int, bytes] = {}
    for each in signature_files:
        found = parse_signatures(each)
        wrong = [
            number for number, is_valid in validity(founding.genesis, found).items() if not is_valid
        ]
        if wrong:
            raise CliError(
                ExitCode.REFUSED,
                "signature_invalid",
                say(
                    "{each} holds a signature of coop {wrong} that is not one of this charter.",
                    each=each,
                    wrong=wrong[0],
                ),
                say("Everybody has to sign the very same file: compare `sha256sum charter.toml`."),
            )
        gathered |= found
    signatures = write_signatures(path, founding.genesis, gathered)
    missing = coops_missing(founding.genesis, signatures)
    output.line(say("{count} signatures are in {path}.", count=len(signatures), path=path))
    output.line(_missing_words(missing))
    output.result({"federation": founding.federation.hex(), "file": str(path), "missing": missing})


@federation.command("show")
@click.argument("target", type=NODE_TARGET, metavar="URL|FILE")
@output_option
def show(target: Path | str, output: Output) -> None:
    """Show the charter in force at a node, and what is proposed; or, of a FILE, the founding charter.

    Of a file it tells its id and which cooperatives have signed it, and ends with an error unless all have.
    What a node tells is checked here.
    """
    if isinstance(target, str):
        show_node(target, output)
    elif target.is_dir():
        raise click.UsageError(
            say(
                "{target} is a folder. Name the file in it, {value}, or the address of a node.",
                target=target,
                value=target / CHARTER_FILE,
            )
        )
    else:
        _show_file(target, output)


def _show_file(file: Path, output: Output) -> None:
    founding = read_founding(file)
    signatures = read_signatures(signatures_beside(file))
    _print(founding, signatures, output)
    missing = coops_missing(founding.genesis, signatures)
    output.result(
        {
            "federation": founding.federation.hex(),
            "name": founding.name,
            "unit": founding.unit,
            "coops": [coop.name for coop in founding.genesis.coops.values()],
            "missing": missing,
        }
    )
    if missing:
        click.get_current_context().exit(int(ExitCode.REFUSED))
    check_charter_signatures(founding, signatures)


def _missing_words(missing: Sequence[str]) -> str:
    if not missing:
        return say("Every cooperative has signed: nodes can run by it.")
    return say("Still to sign: {names}.", names=", ".join(missing))


def _print(founding: Founding, signatures: Mapping[int, bytes], output: Output) -> None:
    charter = founding.genesis
    valid = validity(charter, signatures)
    output.fields(
        {
            say("federation"): founding.name,
            "id": founding.federation.hex(),
            say("unit"): founding.unit,
            say("witnesses for each anchor"): str(charter.witness_quorum),
            say("signatures for a decision"): say(
                "{decision_quorum} of {count}",
                decision_quorum=charter.decision_quorum,
                count=len(charter.coops),
            ),
            say("payments a day of each"): say("no bound")
            if charter.entries_per_day is None
            else say("at most {entries_per_day}", entries_per_day=charter.entries_per_day),
        }
        | index_fields(charter)
    )
    output.line()
    rows = []
    for number, coop in charter.coops.items():
        people = ", ".join(steward.name for steward in coop.stewards)
        signed = {
            True: say("signed"),
            False: say("NOT A SIGNATURE OF THIS FILE"),
            None: say("not yet"),
        }
        rows.append(
            [
                coop.name,
                coop.title,
                in_units(coop.clearing_limit),
                say(
                    "{steward_threshold} of {count}: {people}",
                    steward_threshold=coop.steward_threshold,
                    count=len(coop.stewards),
                    people=people,
                ),
                signed[valid.get(number)],
            ]
        )
    headings = [say("coop"), say("title"), say("clearing limit"), say("stewards"), say("charter")]
    output.table(headings, rows, right_aligned=[say("clearing limit")])
