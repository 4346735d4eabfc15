"""`fiado federation`: the charter that cooperatives agree on, from its draft to the last signature."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import click

from cli.amounts import format_amount, parse_amount, parse_number
from cli.charter_draft import (
    MISSING_KEY,
    CoopDraft,
    IndexDraft,
    StewardDraft,
    render_charter,
)
from cli.charter_signatures import (
    coops_missing,
    read_signatures,
    signatures_beside,
    validity,
    write_signatures,
)
from cli.charters import read_charter
from cli.consent import agree_to_sign
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.index_commands.charter_words import index_fields
from cli.parameters import output_option
from cli.terminal import Output
from ledger.charter import (
    Charter,
    check_charter_signatures,
    parse_charter_signatures,
    sign_charter,
)
from ledger.codec import MAX
from ledger.errors import CharterError
from ledger.index.days import day_from_text, text_from_day
from ledger.index.parameters import LOWEST_VALUE
from node.settings import read_node_key

FILE = click.Path(path_type=Path, dir_okay=False)
ENTRIES_PER_DAY = 100_000
"""What a new charter is advised to allow: more than one payment a second all day, and at most some ten
megabytes that one cooperative makes all others store."""
_VALUE_PLACES = 6
"""Decimals of what a unit is worth."""


@click.group()
def federation() -> None:
    """The charter: what the cooperatives of a federation agree on."""


@federation.command("init")
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="The federation's name.")
@click.option("--unit", default="fiado", help="What the unit is called.")
@click.option(
    "--coop",
    "coops",
    multiple=True,
    required=True,
    metavar="NAME[=TITLE]",
    help="A cooperative; give it once for each.",
)
@click.option(
    "--node-key",
    "node_keys",
    multiple=True,
    metavar="COOP=HEX",
    help="The public key that `fiado node init` printed.",
)
@click.option(
    "--steward",
    "stewards",
    multiple=True,
    metavar="COOP=NAME:HEX",
    help="A steward and the key that `fiado steward key new` printed.",
)
@click.option(
    "--clearing-limit",
    "clearing",
    multiple=True,
    metavar="COOP=UNITS",
    help="How far a cooperative may owe the others; 50000.00 when left out.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="COOP=N",
    help="How many stewards have to sign; more than half when left out.",
)
@click.option(
    "--witness-quorum",
    type=click.IntRange(0, 255),
    default=0,
    help="How many others witness each anchor.",
)
@click.option(
    "--decision-quorum",
    type=click.IntRange(1, 256),
    help="How many cooperatives sign a decision; more than half when left out.",
)
@click.option(
    "--entries-per-day",
    type=click.IntRange(0, MAX),
    default=ENTRIES_PER_DAY,
    show_default=True,
    help="How many payments a cooperative records in a day, and how many other entries; 0: no bound.",
)
@click.option(
    "--index",
    "method",
    type=click.Choice(["cer", "uf", "survey"]),
    help="Let the unit follow prices; see docs/INDEX.md for the choice.",
)
@click.option("--currency", default="ARS", show_default=True, help="The national currency.")
@click.option(
    "--base",
    metavar="DATE=VALUE",
    help="With --index: the first day, and what one unit is worth then: 2026-01-15=1000.",
)
@output_option
def init(
    file: Path,
    name: str,
    unit: str,
    coops: tuple[str, ...],
    node_keys: tuple[str, ...],
    stewards: tuple[str, ...],
    clearing: tuple[str, ...],
    thresholds: tuple[str, ...],
    witness_quorum: int,
    decision_quorum: int | None,
    entries_per_day: int,
    method: str | None,
    currency: str,
    base: str | None,
    output: Output,
) -> None:
    """Write the draft of a charter, to be gone through by everybody before it is signed.

    What you don't know yet is marked in the file. It never replaces a file.
    """
    titles = {part.partition("=")[0]: part.partition("=")[2] for part in coops}
    drafts = [
        _draft(
            coop,
            title=title or coop,
            node_key=_named(node_keys, titles).get(coop, [MISSING_KEY])[0],
            stewards=_named(stewards, titles).get(coop, []),
            clearing_limit=_named(clearing, titles).get(coop, ["50000.00"])[0],
            threshold=_named(thresholds, titles).get(coop, [""])[0],
        )
        for coop, title in titles.items()
    ]
    try:
        text = render_charter(
            name=name,
            unit=unit,
            witness_quorum=witness_quorum,
            decision_quorum=decision_quorum or len(drafts) // 2 + 1,
            coops=drafts,
            index=_index_draft(method, currency, base),
            entries_per_day=entries_per_day or None,
        )
    except ValueError as error:
        raise click.UsageError(f"The charter can't be written: {error}.") from error
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)
    problem = _problem(file)
    for draft in drafts:
        _warn_of_threshold(draft, output)
    output.line(f"The draft is in {file}. Go through it together; it is meant to be edited.")
    if problem is not None:
        output.line(f"Still to be done: {problem}.")
    else:
        output.line("It is complete: `fiado federation sign` signs it, once for each cooperative.")
    output.result({"file": str(file), "is_complete": problem is None, "problem": problem})


def _index_draft(method: str | None, currency: str, base: str | None) -> IndexDraft | None:
    if method is None and base is None:
        return None
    if method is None or base is None:
        raise click.UsageError("--index and --base go together, such as --base 2026-01-15=1000.")
    day, _, value = base.partition("=")
    try:
        base_day = text_from_day(day_from_text(day))
        millionths = parse_number(value, places=_VALUE_PLACES)
        if millionths < LOWEST_VALUE:
            raise ValueError
    except ValueError as error:
        raise click.UsageError(
            f"{base!r} is not a day and a value of at least 1, such as 2026-01-15=1000."
        ) from error
    return IndexDraft(
        method=method,
        currency=currency,
        base_day=base_day,
        base_value=f"{Decimal(millionths).scaleb(-_VALUE_PLACES):.6f}",
    )


def _named(values: Sequence[str], coops: Mapping[str, str]) -> dict[str, list[str]]:
    """`COOP=VALUE` options by coop."""
    named: dict[str, list[str]] = {}
    for value in values:
        coop, mark, rest = value.partition("=")
        if not mark or coop not in coops:
            raise click.UsageError(
                f"“{value}” has to begin with a cooperative's name and an = sign."
            )
        named.setdefault(coop, []).append(rest)
    return named


def _draft(
    coop: str,
    *,
    title: str,
    node_key: str,
    stewards: Sequence[str],
    clearing_limit: str,
    threshold: str,
) -> CoopDraft:
    people = []
    for steward in stewards:
        name, _, key = steward.rpartition(":")
        people.append(StewardDraft(name=name, key=key) if name else StewardDraft(name=key))
    if threshold and not threshold.isdecimal():
        raise click.UsageError(f"--threshold {coop}={threshold}: give a number.")
    return CoopDraft(
        name=coop,
        title=title,
        node_key=node_key,
        clearing_limit=parse_amount(clearing_limit, allow_zero=True),
        threshold=int(threshold) if threshold else len(people) // 2 + 1,
        stewards=people,
    )


def _warn_of_threshold(coop: CoopDraft, output: Output) -> None:
    """Say it when no steward can be spared. A coop without stewards so far is not finished anyway."""
    if not coop.stewards or coop.threshold < len(coop.stewards):
        return
    count = len(coop.stewards)
    whose = "its only steward" if count == 1 else f"all {count} stewards"
    output.note(
        f"Careful: in {coop.name} {whose} must sign everything, so that a single one who leaves or loses the "
        "key stops the cooperative: nobody is admitted, no limit changes. Name one steward more than sign."
    )


def _problem(file: Path) -> str | None:
    try:
        read_charter(file)
    except CharterError as error:
        return str(error)
    return None


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
    charter = read_charter(file)
    key = read_node_key(folder)
    coop = next((each for each in charter.coops.values() if each.node_key == key.public_key), None)
    if coop is None:
        raise CliError(
            ExitCode.REFUSED,
            "node_key_unknown",
            f"No cooperative in the charter has the key of {folder}.",
            f"Put this key into the charter first: {key.public_key.hex()}",
        )
    path = signatures_beside(file) if out is None else out
    if not output.is_json:
        _print(charter, read_signatures(path), output)
    if not yes:
        agree_to_sign(f"Sign this in the name of {coop.title}?")
    signatures = write_signatures(
        path, charter, {coop.number: sign_charter(charter, coop=coop.number, key=key)}
    )
    missing = coops_missing(charter, signatures)
    output.line(f"Signed in the name of {coop.name}, in {path}.")
    output.line(_missing_words(missing))
    output.result(
        {
            "federation": charter.federation.hex(),
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
    charter = read_charter(file)
    path = signatures_beside(file)
    gathered: dict[int, bytes] = {}
    for each in signature_files:
        found = parse_charter_signatures(each.read_bytes())
        wrong = [number for number, is_valid in validity(charter, found).items() if not is_valid]
        if wrong:
            raise CliError(
                ExitCode.REFUSED,
                "signature_invalid",
                f"{each} holds a signature of coop {wrong[0]} that is not one of this charter.",
                "Everybody has to sign the very same file: compare `sha256sum charter.toml`.",
            )
        gathered |= found
    signatures = write_signatures(path, charter, gathered)
    missing = coops_missing(charter, signatures)
    output.line(f"{len(signatures)} signatures are in {path}.")
    output.line(_missing_words(missing))
    output.result({"federation": charter.federation.hex(), "file": str(path), "missing": missing})


@federation.command("show")
@click.argument("file", type=FILE)
@output_option
def show(file: Path, output: Output) -> None:
    """Show a charter, its id, and which cooperatives have signed it.

    It ends with an error unless all have.
    """
    charter = read_charter(file)
    signatures = read_signatures(signatures_beside(file))
    _print(charter, signatures, output)
    missing = coops_missing(charter, signatures)
    output.result(
        {
            "federation": charter.federation.hex(),
            "name": charter.name,
            "unit": charter.unit,
            "coops": [coop.name for coop in charter.coops.values()],
            "missing": missing,
        }
    )
    if missing:
        click.get_current_context().exit(int(ExitCode.REFUSED))
    check_charter_signatures(charter, signatures)


def _missing_words(missing: Sequence[str]) -> str:
    if not missing:
        return "Every cooperative has signed: nodes can run by it."
    return f"Still to sign: {', '.join(missing)}."


def _print(charter: Charter, signatures: Mapping[int, bytes], output: Output) -> None:
    valid = validity(charter, signatures)
    output.fields(
        {
            "federation": charter.name,
            "id": charter.federation.hex(),
            "unit": charter.unit,
            "witnesses for each anchor": str(charter.witness_quorum),
            "signatures for a decision": f"{charter.decision_quorum} of {len(charter.coops)}",
            "payments a day of each": "no bound"
            if charter.entries_per_day is None
            else f"at most {charter.entries_per_day}",
        }
        | index_fields(charter)
    )
    output.line()
    rows = []
    for number, coop in charter.coops.items():
        people = ", ".join(steward.name for steward in coop.stewards)
        signed = {True: "signed", False: "NOT A SIGNATURE OF THIS FILE", None: "not yet"}
        rows.append(
            [
                coop.name,
                coop.title,
                format_amount(coop.clearing_limit),
                f"{coop.steward_threshold} of {len(coop.stewards)}: {people}",
                signed[valid.get(number)],
            ]
        )
    headings = ["coop", "title", "clearing limit", "stewards", "charter"]
    output.table(headings, rows, right_aligned=["clearing limit"])
