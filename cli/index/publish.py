"""`fiado index publish`: a steward publishes a print, a survey, a stand-in or a change of source.

Each steward signs the same content with a key of their own; the coop's node acts when enough have. What is
signed is shown in plain words first. The rest happens by itself: see docs/INDEX.md.
"""

from pathlib import Path

import click

from cli.index.printed import (
    ChangeType,
    LatePrint,
    LateType,
    LevelType,
    PeriodType,
    PrintedNumber,
)
from cli.index.statements import Statement, Wish, name_of, periods_of, statement_of
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from ledger.decisions import Decision
from ledger.index.days import text_from_day
from ledger.publications import Publication
from node.member.answers import encode_bytes, integer
from node.member.client import Json
from node.member.paying.pricing import NoIndex, read_rules

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.option("--period", type=PeriodType(), help="The month (2026-03); the next one by default.")
@click.option("--change", type=ChangeType(), help="The printed change of the month, in percent.")
@click.option(
    "--levels",
    type=(LevelType(), LevelType()),
    help="Two printed levels, where a unit follows from levels: of the period before, and of this one.",
)
@click.option(
    "--late",
    type=LateType(),
    multiple=True,
    help="What was printed after a stand-in: 2026-02=3.1, or levels 2026-02=137.8:138.1.",
)
@click.option("--survey", type=_FILE, help="The closed week's file of your survey.")
@click.option("--stand-in", is_flag=True, help="Repeat the print before, because this one is late.")
@click.option("--new-source", type=_FILE, help="A text that says what the new source is, and why.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@steward_key_option
@passphrase_options
@output_option
def publish(
    period: str | None,
    change: PrintedNumber | None,
    levels: tuple[PrintedNumber, PrintedNumber] | None,
    late: tuple[LatePrint, ...],
    survey: Path | None,
    stand_in: bool,
    new_source: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Publish what prices did, as a steward: a month's printed change or your week's survey.

    Your cooperative's node stands for it when enough stewards have published the same. As long as it is not
    decided you may publish something else; what you published last counts. When enough cooperatives stand for
    the same, every log takes the value in by itself. `fiado index show --node URL` says how far it is.
    """
    if change is not None and levels is not None:
        raise click.UsageError(say("Give --change or --levels, not both."))
    wish = Wish(
        period=period,
        printed=levels or (() if change is None else (change,)),
        late=late,
        survey=survey,
        stand_in=stand_in,
        new_source=new_source,
    )
    _check_wish(wish)
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_stewardship(key_path, passphrase) as steward:
        rules = read_rules(steward.client)
        if rules is None:
            raise NoIndex
        statement = statement_of(steward, rules, wish)
        _check_over(steward, rules, statement.publication)
        output.line(statement.words)
        if statement.warning is not None:
            output.note(statement.warning)
        if not yes:
            agree_to_sign(say("Sign this?"))
        _send(steward, statement, output)


def _check_wish(wish: Wish) -> None:
    kinds = [bool(wish.printed), wish.survey is not None, wish.stand_in]
    if sum([*kinds, wish.new_source is not None]) != 1:
        raise click.UsageError(
            say("Give one of --change, --levels, --survey, --stand-in, --new-source.")
        )
    if wish.late and not wish.printed:
        raise click.UsageError(say("--late goes with --change or --levels."))
    if wish.survey is not None and wish.period is not None:
        raise click.UsageError(say("The survey's file says which week it is."))


def _check_over(steward: Stewardship, rules: Json, publication: Publication) -> None:
    """Nobody signs what can't be known yet, by the node's calendar; so typing `--yes` again is harmless."""
    if publication.decision == Decision.SOURCE:
        return
    known_on = periods_of(steward).known_on(publication.number)
    if integer(steward.client, rules, "day") >= known_on:
        return
    raise CliError(
        ExitCode.REFUSED,
        "period_not_over",
        say("{name} is not over. Nothing was signed.", name=name_of(steward, publication.number)),
        say(
            "What prices did in it can be published from {day} on. If you published the one "
            "before it just now, that has arrived: `fiado index show --node URL` says so.",
            day=text_from_day(known_on),
        ),
    )


def _what_lacks(missing: int) -> str:
    """What has to happen before the node stands for it."""
    if missing < 1:
        return say(
            "that is enough of you. The node stands for it as soon as it is its turn, in the next "
            "round at the latest, within a few minutes."
        )
    if missing == 1:
        return say("1 more of you has to.")
    return say("{missing} more of you have to.", missing=missing)


def _send(steward: Stewardship, statement: Statement, output: Output) -> None:
    publication = statement.publication.signed_by(
        steward.number,
        steward.key,
        federation=steward.charter.federation,
        coop=steward.coop.number,
    )
    document: Json = {"publication": encode_bytes(publication.encode())}
    if statement.survey is not None:
        document["survey"] = encode_bytes(statement.survey)
    answer = steward.client.post("/v1/index/publications", document)
    signed_by = [str(name) for name in answer.get("signed_by", [])]
    if answer.get("signed") is True:
        output.line(
            say("Enough stewards agree: the node has told the others that your cooperative does.")
        )
    else:
        missing = integer(steward.client, answer, "needed") - len(signed_by)
        output.line(
            say(
                "Published by {names}; {what_lacks}",
                names=", ".join(signed_by),
                what_lacks=_what_lacks(missing),
            )
        )
    output.result(answer | {"says": statement.words})
