"""`fiado index publish`: a steward publishes a print, a survey, a stand-in or a change of source.

Each steward signs the same content with a key of their own; the coop's node acts when enough have. What is
signed is shown in plain words first. The rest happens by itself: see docs/INDEX.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from cli.index.deciding import decimals_of, percent
from cli.index.survey_basket import name_of_week
from cli.index.survey_closed import FORMATS
from cli.shell.consent import agree_to_sign
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import marked
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, read_number
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from ledger.codec import Value
from ledger.decisions import OBSERVATION, Decision
from ledger.index.days import (
    Method,
    day_from_text,
    first_day_of_print,
    month_from_text,
    text_from_day,
    text_from_month,
    week_of_day,
)
from ledger.index.definitions import MOST_DECIMALS
from ledger.index.exact import MILLIONTHS
from ledger.publications import Publication
from node.member.answers import encode_bytes, integer
from node.member.client import Json
from node.member.paying.pricing import NoIndex, read_rules

_LARGEST_PERCENT = 10**5
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@dataclass(frozen=True, slots=True)
class PrintedChange:
    """A change in percent as it was typed: the number without its mark, and how many decimals it has."""

    digits: int
    decimals: int

    def scaled(self, decimals: int) -> int:
        """In units of the last of so many decimals. Raises `click.UsageError` if it has more."""
        if self.decimals > decimals:
            raise click.UsageError(
                say(
                    "A change of this unit has as many decimals as {percent}, at most.",
                    percent=percent(25, decimals),
                )
            )
        return self.digits * int(10 ** (decimals - self.decimals))


class ChangeType(click.ParamType[PrintedChange]):
    """A change in percent with at most four decimals, such as `2.5` or `-0,3`."""

    name = "percent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> PrintedChange:
        """Read the text."""
        if isinstance(value, PrintedChange):
            return value
        text = str(value).strip().removesuffix("%").strip()
        _, _, decimals = text.replace(",", ".").partition(".")
        places = min(len(decimals), MOST_DECIMALS)
        digits = read_number(self, text, param, ctx, places=places, is_signed=True)
        if abs(digits) > _LARGEST_PERCENT * 10**places:
            self.fail(
                say("{value} is not a change such as 2.5 or -0.3, in percent.", value=repr(value)),
                param,
                ctx,
            )
        return PrintedChange(digits, places)


class PeriodType(click.ParamType[str]):
    """A month such as 2026-03, or a week by the date of its Sunday."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        try:
            period_from_text(str(value))
        except ValueError:
            self.fail(
                say("{value} is not a month such as 2026-03, or a date.", value=repr(value)),
                param,
                ctx,
            )
        return str(value)


class LateType(click.ParamType[tuple[int, PrintedChange]]):
    """A late change such as `2026-02=3.1`."""

    name = "late"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, PrintedChange]:
        """Read the text."""
        if isinstance(value, tuple):
            return value
        month, _, change = str(value).partition("=")
        try:
            return month_from_text(month), ChangeType().convert(change, param, ctx)
        except ValueError:
            self.fail(
                say("{value} is not a late change such as 2026-02=3.1.", value=repr(value)),
                param,
                ctx,
            )


def period_from_text(text: str) -> int:
    """The number of a month (`2026-03`) or of the week that a date is in. Raises `ValueError`."""
    if len(text) == len("2026-03"):
        return month_from_text(text)
    return week_of_day(day_from_text(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the options say."""

    period: str | None
    change: PrintedChange | None
    late: Sequence[tuple[int, PrintedChange]]
    survey: Path | None
    stand_in: bool
    new_source: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is to be signed, in words, and the survey file that goes with it."""

    publication: Publication
    words: str
    survey: bytes | None = None


@click.command()
@click.option("--period", type=PeriodType(), help="The month (2026-03); the next one by default.")
@click.option("--change", type=ChangeType(), help="The printed change of the month, in percent.")
@click.option(
    "--late", type=LateType(), multiple=True, help="A change printed after a stand-in: 2026-02=3.1."
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
    change: PrintedChange | None,
    late: tuple[tuple[int, PrintedChange], ...],
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
    wish = Wish(
        period=period,
        change=change,
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
        statement = _statement(steward, rules, wish)
        _check_over(steward, rules, statement.publication)
        output.line(statement.words)
        if not yes:
            agree_to_sign(say("Sign this?"))
        _send(steward, statement, output)


def _check_wish(wish: Wish) -> None:
    kinds = [wish.change is not None, wish.survey is not None, wish.stand_in]
    if sum([*kinds, wish.new_source is not None]) != 1:
        raise click.UsageError(say("Give one of --change, --survey, --stand-in, --new-source."))
    if wish.late and wish.change is None:
        raise click.UsageError(say("--late goes with --change."))
    if wish.survey is not None and wish.period is not None:
        raise click.UsageError(say("The survey's file says which week it is."))


def _statement(steward: Stewardship, rules: Json, wish: Wish) -> Statement:
    due = integer(steward.client, rules, "next_period")
    period = due if wish.period is None else period_from_text(wish.period)
    if wish.new_source is not None:
        return _new_source(steward, rules, wish.new_source, period)
    if wish.survey is not None:
        return _survey(rules, wish.survey)
    prints = steward.client.get("/v1/index/prints")
    decimals = decimals_of(rules)
    source = sum(1 for one in prints["sources"] if one["first_period"] <= period)
    if wish.stand_in:
        if not prints["prints"]:
            raise _refused(
                "nothing_to_repeat", say("There is no print yet that could be repeated.")
            )
        value = int(prints["prints"][0]["value"])
        words = say(
            "The print of {name} is late; the one before it stands in for it.",
            name=_name(rules, period),
        )
    else:
        _check_method(rules, is_survey=False)
        value = 0 if wish.change is None else wish.change.scaled(decimals)
        words = say(
            "Prices changed by {percent} in {name}",
            percent=percent(value, decimals),
            name=_name(rules, period),
        )
        words += say(" (source {source}).", source=source) if source else f" ({rules['source']})."
    lates = sorted((month, change.scaled(decimals)) for month, change in wish.late)
    for month, late_change in lates:
        words += say(
            " Late: {percent} in {month}.",
            percent=percent(late_change, decimals),
            month=text_from_month(month),
        )
    late: Value = [[month, late_change] for month, late_change in lates]
    content: Value = [value, source, int(wish.stand_in), late, None]
    publication = Publication(decision=Decision.PRINT.value, number=period, content=content)
    return Statement(publication=publication, words=words)


def _new_source(steward: Stewardship, rules: Json, path: Path, period: int) -> Statement:
    text = path.read_bytes()
    number = integer(steward.client, rules, "next_source")
    content: Value = [period, sha256(text).digest()]
    words = say(
        "From {name} on, prints come from source {number}. The text that says which one and "
        "why has the hash {hash}.",
        name=_name(rules, period),
        number=number,
        hash=sha256(text).hexdigest(),
    )
    publication = Publication(decision=Decision.SOURCE.value, number=number, content=content)
    return Statement(publication=publication, words=words)


def _survey(rules: Json, path: Path) -> Statement:
    _check_method(rules, is_survey=True)
    data = path.read_bytes()
    try:
        document = json.loads(data)
        level = document["level_millionths"]
        week = week_of_day(day_from_text(document["week"]))
        is_closed = document["format"] in FORMATS and type(level) is int
    except (ValueError, KeyError, TypeError, RecursionError):
        is_closed = False
    if not is_closed:
        raise _refused(
            "not_a_closed_week",
            say("{path} is not the file that `fiado index survey close` writes.", path=path),
        )
    content: Value = [level, sha256(data).digest()]
    words = say(
        "In the week to {week}, what a unit is worth cost {value} {currency}.",
        week=document["week"],
        value=marked(f"{Decimal(level) / MILLIONTHS:.6f}"),
        currency=rules["currency"],
    )
    publication = Publication(decision=OBSERVATION, number=week, content=content)
    return Statement(publication=publication, words=words, survey=data)


def _check_over(steward: Stewardship, rules: Json, publication: Publication) -> None:
    """Nobody signs what can't be known yet, by the node's calendar; so typing `--yes` again is harmless."""
    if publication.decision == Decision.SOURCE:
        return
    method = Method[rules["method"].upper()]
    known_on = first_day_of_print(publication.number, method=method)
    if integer(steward.client, rules, "day") >= known_on:
        return
    raise CliError(
        ExitCode.REFUSED,
        "period_not_over",
        say("{name} is not over. Nothing was signed.", name=_name(rules, publication.number)),
        say(
            "What prices did in it can be published from {day} on. If you published the one "
            "before it just now, that has arrived: `fiado index show --node URL` says so.",
            day=text_from_day(known_on),
        ),
    )


def _check_method(rules: Json, *, is_survey: bool) -> None:
    if (rules["method"] == Method.SURVEY.name.lower()) != is_survey:
        raise _refused(
            "other_method",
            say("This federation's index has the method {method}.", method=rules["method"]),
        )


def _refused(name: str, message: str) -> CliError:
    return CliError(
        ExitCode.REFUSED, name, message, say("`fiado index show --node URL` says more.")
    )


def _name(rules: Json, period: int) -> str:
    if rules["method"] == Method.SURVEY.name.lower():
        return say("the week to {name_of_week}", name_of_week=name_of_week(period))
    return text_from_month(period)


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
