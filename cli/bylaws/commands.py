"""`fiado bylaws`: what a cooperative has decided about itself, in words that an assembly can read."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.bylaws.bylaws_file import read_bylaws_file, render_bylaws
from cli.federation.showing import node_option, own_node
from cli.shell import language as spoken
from cli.shell.consent import agree_to_replace
from cli.shell.errors import CliError, words_stand_in
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.parameters import output_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft
from cli.steward.signing import FILE, sign_draft, signing_options
from cli.steward.stewardship import open_stewardship
from ledger.government.bylaws import AdoptBylaws, Bylaws
from node.bylaws.explain import LANGUAGES, explain, warnings
from node.member.answers import integer, objects, text
from node.member.client import Json, NodeClient

words_stand_in("cli.bylaws.words", "cli.federation.words", "cli.steward.words")

Command = TypeVar("Command", bound=Callable[..., Any])


def language_option(command: Command) -> Command:
    """Add `--language`; the command gets its code as its argument `language`."""
    return click.option(
        "--language",
        type=click.Choice(sorted(LANGUAGES)),
        default=spoken.language,
        envvar="FIADO_LANGUAGE",
        show_default="that of all words",
        help="In which language articles are explained.",
    )(command)


@click.group()
def bylaws() -> None:
    """What your cooperative has decided about itself: powers, votes, recovery, debts, the commons."""


@bylaws.command("show")
@node_option
@language_option
@click.option("--all", "is_all", is_flag=True, help="Show also what has its default.")
@output_option
def show(url: str | None, language: str, is_all: bool, output: Output) -> None:
    """Show the bylaws in force at a node, in words."""
    with NodeClient(url or own_node()) as client:
        found = client.get("/v1/bylaws", language=language)
        version = integer(client, found, "version")
        articles = objects(client, found, "articles")
        output.line(_heading(client, found, version))
        shown = [each for each in articles if is_all or not each.get("is_default")]
        for each in shown:
            output.line(f"  {text(client, each, 'sentence')}")
        if len(shown) < len(articles):
            output.line(
                say(
                    "{value} articles have their defaults: --all shows them.",
                    value=len(articles) - len(shown),
                )
            )
        output.result(found)


def _heading(client: NodeClient, found: Json, version: int) -> str:
    coop = text(client, found, "coop")
    if not version:
        return say(
            "{coop} has adopted no bylaws: all defaults hold, and the charter's threshold.",
            coop=coop,
        )
    return say(
        "Bylaws of {coop}, version {version}, adopted {time}:",
        coop=coop,
        version=version,
        time=when(integer(client, found, "adopted")),
    )


@bylaws.command("draft")
@click.argument("file", type=FILE)
@node_option
@click.option("--from-node", is_flag=True, help="Begin from the bylaws that are in force.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@language_option
@output_option
def draft(
    file: Path, url: str | None, from_node: bool, force: bool, language: str, output: Output
) -> None:
    """Write a file with every article explained, for you to change.

    What is a comment in it has its default. `fiado bylaws explain FILE` says what it comes to.
    """
    articles: dict[int, int] = {}
    if from_node or url is not None:
        with NodeClient(url or own_node()) as client:
            found = client.get("/v1/bylaws", language=language)
            for each in objects(client, found, "articles"):
                if not each.get("is_default"):
                    articles[integer(client, each, "number")] = integer(client, each, "value")
    if file.exists() and not force:
        agree_to_replace(
            say("{file} is there already. Write over it?", file=file), option="--force"
        )
    file.write_text(render_bylaws(articles, language), encoding="utf-8")
    output.line(
        say("{file} has every article. Change what your assembly wants to be different,", file=file)
    )
    output.line(say("then read what it comes to: fiado bylaws explain {file}", file=file))
    told = warnings(Bylaws(articles=articles), language)
    for warning in told:
        output.line(f"! {warning}")
    output.result({"file": str(file), "articles": len(articles), "warnings": told})


@bylaws.command("explain")
@click.argument("file", type=FILE)
@language_option
@click.option("--all", "is_all", is_flag=True, help="Show also what has its default.")
@output_option
def explain_file(file: Path, language: str, is_all: bool, output: Output) -> None:
    """Say in words what a file of bylaws comes to, and warn of rash values."""
    meant = Bylaws(articles=dict(read_bylaws_file(file)))
    found = [each for each in explain(meant, language) if is_all or not each.is_default]
    told = warnings(meant, language)
    for each in found:
        output.line(each.sentence)
    if not found:
        output.line(say("Every article has its default."))
    for warning in told:
        output.line(f"! {warning}")
    output.result(
        {
            "articles": [
                {"number": each.number, "name": each.name, "value": each.value} for each in found
            ],
            "sentences": [each.sentence for each in found],
            "warnings": list(told),
        }
    )


@bylaws.command("adopt")
@click.argument("file", type=FILE)
@click.option(
    "--text",
    "text_file",
    type=FILE,
    required=True,
    help="The document that people read and sign on paper; its hash goes into the log.",
)
@signing_options
def adopt(
    file: Path,
    text_file: Path,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Draft the founders' act, and sign it: the first bylaws, by all stewards.

    Later bylaws are adopted by a vote: `fiado proposal new`.
    """
    articles = read_bylaws_file(file)
    _warn(Bylaws(articles=dict(articles)), output)
    act = AdoptBylaws(
        version=1,
        articles=articles,
        text=text_hash(text_file),
    )
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        _check_first(steward.client)
        made = Draft(charter=steward.charter, coop=steward.coop, transaction=act)
        output.result(sign_draft(steward, made, out=out, yes=yes, output=output))


def _check_first(client: NodeClient) -> None:
    """Raise `CliError` where there are bylaws: the log would refuse what everybody has signed by then."""
    version = integer(client, client.get("/v1/bylaws"), "version")
    if version:
        raise CliError(
            ExitCode.REFUSED,
            "bylaws_adopted",
            say(
                "Your cooperative has bylaws already, version {version}; nothing was drafted.",
                version=version,
            ),
            say("Members change them by a vote: `fiado proposal new bylaws FILE`."),
        )


def _warn(meant: Bylaws, output: Output) -> Sequence[str]:
    told = warnings(meant, spoken.language())
    for warning in told:
        output.note(say("Careful: {warning}", warning=warning))
    return told


def text_hash(path: Path) -> bytes:
    """What binds a document: its SHA-256. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
