"""`fiado federation init`: the first draft of a charter, which people then go through together."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cli.federation.draft import MISSING_KEY, CoopDraft, StewardDraft, render_charter
from cli.federation.index_draft import index_advice, index_draft, index_names
from cli.federation.quorums import advice
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from ledger.codec import MAX
from ledger.errors import CharterError
from ledger.shapes import MAX_ANCHOR_SIGNATURES, MAX_COOPS
from ledger.texts import is_shown
from node.member.amounts import parse_amount
from node.member.charters import read_founding

FILE = click.Path(path_type=Path, dir_okay=False)
ENTRIES_PER_DAY = 100_000
"""What a new charter is advised to allow: more than one payment a second all day, and at most some ten
megabytes that one cooperative makes all others store."""
_KEY = re.compile("[0-9a-f]{64}")
_VALUE_PLACES = 6
"""Decimals of what a unit is worth."""


@click.command("init")
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
    type=click.IntRange(0, MAX_ANCHOR_SIGNATURES - 1),
    default=0,
    help="How many others witness each anchor.",
)
@click.option(
    "--decision-quorum",
    type=click.IntRange(1, MAX_COOPS),
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
    type=click.Choice(index_names()),
    metavar="NAME",
    help="Let the unit follow prices: by `survey`, or an official unit such as cer, uva, uf, ui; "
    "`fiado index units` lists them, docs/INDEX.md helps to choose.",
)
@click.option(
    "--currency", help="With --index: the national currency; that of the official unit, or ARS."
)
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
    currency: str | None,
    base: str | None,
    output: Output,
) -> None:
    """Write the draft of a charter, to be gone through by everybody before it is signed.

    What you don't know yet is marked in the file. It never replaces a file.
    """
    if file.exists():
        raise click.UsageError(
            say("There is a file {file} already, and a draft never replaces one.", file=file)
        )
    _check_shown(name, unit, *coops, *stewards)
    drafts = _drafts(coops, node_keys, stewards, clearing, thresholds)
    index = index_draft(method, currency, base)
    deciding = decision_quorum or len(drafts) // 2 + 1
    try:
        text = render_charter(
            name=name,
            unit=unit,
            witness_quorum=witness_quorum,
            decision_quorum=deciding,
            coops=drafts,
            index=index,
            entries_per_day=entries_per_day or None,
        )
    except ValueError as error:
        raise click.UsageError(
            say("The charter can't be written: {error}.", error=retold(str(error)))
        ) from error
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)
    problem = _problem(file)
    for draft in drafts:
        _warn_of_threshold(draft, output)
    _tell_state(file, problem, output)
    told = advice(len(drafts), witness_quorum=witness_quorum, decision_quorum=deciding)
    if index is not None:
        told += index_advice(index.method)
    output.line()
    for sentence in told:
        output.line(sentence)
    output.result(
        {"file": str(file), "is_complete": problem is None, "problem": problem, "advice": told}
    )


def _tell_state(file: Path, problem: str | None, output: Output) -> None:
    """Where the draft is, and what is left to do."""
    output.line(
        say("The draft is in {file}. Go through it together; it is meant to be edited.", file=file)
    )
    if problem is not None:
        output.line(say("Still to be done: {problem}.", problem=problem))
    else:
        output.line(
            say("It is complete: `fiado federation sign` signs it, once for each cooperative.")
        )


def _drafts(
    coops: Sequence[str],
    node_keys: Sequence[str],
    stewards: Sequence[str],
    clearing: Sequence[str],
    thresholds: Sequence[str],
) -> list[CoopDraft]:
    """The coops as the options describe them."""
    titles = _titles(coops)
    keys = _once("--node-key", _named("--node-key", node_keys, titles))
    people = _named("--steward", stewards, titles)
    limits = _once("--clearing-limit", _named("--clearing-limit", clearing, titles))
    needed = _once("--threshold", _named("--threshold", thresholds, titles))
    return [
        _draft(
            coop,
            title=title or coop,
            node_key=_key("--node-key", coop, keys[coop]) if coop in keys else MISSING_KEY,
            stewards=people.get(coop, []),
            clearing_limit=limits.get(coop, "50000.00"),
            threshold=needed.get(coop, ""),
        )
        for coop, title in titles.items()
    ]


def _check_shown(*texts: str) -> None:
    for text in texts:
        if not is_shown(text):
            raise click.UsageError(
                say(
                    "{text}: a name has no characters that nobody sees, and single spaces only within.",
                    text=text,
                )
            )


def _titles(coops: Sequence[str]) -> dict[str, str]:
    """The coops' titles by name; a title may be empty."""
    titles: dict[str, str] = {}
    for part in coops:
        name, _, title = part.partition("=")
        if name in titles:
            raise click.UsageError(
                say("--coop {part}: the cooperative {name} is given twice.", part=part, name=name)
            )
        titles[name] = title
    return titles


def _named(option: str, values: Sequence[str], coops: Mapping[str, str]) -> dict[str, list[str]]:
    """`COOP=VALUE` options by coop."""
    named: dict[str, list[str]] = {}
    for value in values:
        coop, mark, rest = value.partition("=")
        if not mark:
            raise click.UsageError(
                say(
                    "{option} {value}: write a cooperative's name, = and the value.",
                    option=option,
                    value=value,
                )
            )
        if coop not in coops:
            raise click.UsageError(
                say(
                    "{option} {value}: there is no cooperative {coop} here; give it with --coop.",
                    option=option,
                    value=value,
                    coop=coop,
                )
            )
        named.setdefault(coop, []).append(rest)
    return named


def _once(option: str, named: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Of an option that is given at most once for each coop, its values."""
    for coop, values in named.items():
        if len(values) > 1:
            raise click.UsageError(
                say(
                    "{option} {coop}={values}: that is given twice for {coop}.",
                    option=option,
                    coop=coop,
                    values=values[1],
                )
            )
    return {coop: values[0] for coop, values in named.items()}


def _key(option: str, coop: str, key: str) -> str:
    """A public key as the charter has it."""
    if not _KEY.fullmatch(key):
        raise click.UsageError(
            say(
                "{option} {coop}={key}: a key is 64 hex digits in small letters.",
                option=option,
                coop=coop,
                key=key,
            )
        )
    return key


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
        if name:
            key = _key("--steward", coop, key)
        people.append(StewardDraft(name=name, key=key) if name else StewardDraft(name=key))
    if threshold and not threshold.isdecimal():
        raise click.UsageError(
            say("--threshold {coop}={threshold}: give a number.", coop=coop, threshold=threshold)
        )
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
    whose = say("its only steward") if count == 1 else say("all {count} stewards", count=count)
    output.note(
        say(
            "Careful: in {name} {whose} must sign everything, so that a single one who leaves or "
            "loses the key stops the cooperative: nobody is admitted, no limit changes. Name one "
            "steward more than sign.",
            name=coop.name,
            whose=whose,
        )
    )


def _problem(file: Path) -> str | None:
    try:
        read_founding(file)
    except CharterError as error:
        return retold(str(error))
    return None
