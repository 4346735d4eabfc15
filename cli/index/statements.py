"""What a steward is about to sign of the index, from what was typed: the publication, and its words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import click

from cli.index.cap import check_cap
from cli.index.print_words import Printed, level_words
from cli.index.printed import (
    LatePrint,
    PrintedNumber,
)
from cli.index.survey_closed import FORMATS
from cli.index.survey_signed import beyond_cap, check_survey
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import marked
from cli.shell.language import say
from cli.steward.stewardship import Stewardship
from ledger.codec import Value
from ledger.decisions import OBSERVATION, Decision
from ledger.index.days import Method
from ledger.index.definitions import Input
from ledger.index.periods import Periods
from ledger.publications import Publication
from node.member.answers import integer
from node.member.client import Json
from node.member.paying.pricing import NoIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the options say."""

    period: str | None
    printed: Sequence[PrintedNumber]
    """A change, or the level before and that of the period; nothing where neither is given."""
    late: Sequence[LatePrint]
    survey: Path | None
    stand_in: bool
    new_source: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is to be signed, in words, and the survey file that goes with it."""

    publication: Publication
    words: str
    survey: bytes | None = None
    warning: str | None = None


def statement_of(steward: Stewardship, rules: Json, wish: Wish) -> Statement:
    """What the wish comes to; `rules` is what the node tells of its index."""
    due = integer(steward.client, rules, "next_period")
    period = due if wish.period is None else _period(steward, wish.period, due)
    if wish.new_source is not None:
        return _new_source(steward, rules, wish.new_source, period)
    if wish.survey is not None:
        return _survey(steward, rules, wish.survey, due)
    prints = steward.client.get("/v1/index/prints")
    source = sum(1 for one in prints["sources"] if one["first_period"] <= period)
    if wish.stand_in:
        value, words = (
            _repeated(prints),
            say(
                "The print of {name} is late; the one before it stands in for it.",
                name=name_of(steward, period),
            ),
        )
    else:
        _check_method(rules, is_survey=False)
        value = _scaled(rules, wish.printed)
        _check_cap(steward, rules, value)
        words = say(
            "Prices changed by {percent} in {name}",
            percent=_words(rules, value),
            name=name_of(steward, period),
        )
        words += say(" (source {source}).", source=source) if source else f" ({rules['source']})."
        words += _unlike_before(rules, prints, value)
    late: list[Value] = []
    for number, printed in _lates(steward, rules, wish.late):
        words += say(
            " Late: {percent} in {month}.",
            percent=_words(rules, printed),
            month=name_of(steward, number),
        )
        late.append([number, printed])
    content: Value = [value, source, int(wish.stand_in), late, None]
    publication = Publication(decision=Decision.PRINT.value, number=period, content=content)
    return Statement(publication=publication, words=words)


def _repeated(prints: Json) -> Value:
    """What the newest print says, for a stand-in."""
    if not prints["prints"]:
        raise _refused("nothing_to_repeat", say("There is no print yet that could be repeated."))
    newest = prints["prints"][0]
    value, before = int(newest["value"]), newest.get("before")
    return value if before is None else [int(before), value]


def _scaled(rules: Json, printed: Sequence[PrintedNumber]) -> Value:
    """What was typed as it is signed: a change, or two levels. Raises `click.UsageError`."""
    has_levels = rules.get("input") == Input.LEVEL.value
    if has_levels and len(printed) != 2:
        raise click.UsageError(
            say(
                "This unit follows from printed levels: give --levels BEFORE NOW, as both are printed now."
            )
        )
    if not has_levels and len(printed) != 1:
        raise click.UsageError(
            say("This unit follows from printed changes: give --change PERCENT.")
        )
    decimals = Printed.by_rules(rules).decimals
    numbers = [each.scaled(decimals) for each in printed]
    return list(numbers) if has_levels else numbers[0]


def _words(rules: Json, value: Value) -> str:
    match value:
        case [int(before), int(now)]:
            return Printed.by_rules(rules).words(now, before)
        case int():
            return Printed.by_rules(rules).words(value)
        case _:
            raise AssertionError("what is printed is a change or two levels")


def _check_cap(steward: Stewardship, rules: Json, value: Value) -> None:
    """What every log would refuse is told before it is signed; what can't be at all, the node says."""
    chartered = steward.charter.index
    unit = None if chartered is None else chartered.parameters.definition
    if unit is None:
        return
    match value:
        case [int(before), int(now)] if before > 0:
            factor = Fraction(unit.factor(now, before))
        case int():
            factor = Fraction(unit.factor(value))
        case _:
            return
    if factor > 0:
        cap = integer(steward.client, rules, "step_cap")
        check_cap(factor, words=_words(rules, value), step_cap=cap)


def _unlike_before(rules: Json, prints: Json, value: Value) -> str:
    """A level before that is not the one that was printed then: a revision, a new base, or a slip."""
    if not isinstance(value, list) or not prints["prints"] or prints["prints"][0].get("stand_in"):
        return ""
    newest = int(prints["prints"][0]["value"])
    if value[0] == newest:
        return ""
    return " " + say(
        "The print before it said {level} where this one says {now}: look whether the series has a new base.",
        level=_level(rules, newest),
        now=_level(rules, int(str(value[0]))),
    )


def _level(rules: Json, value: int) -> str:
    decimals = Printed.by_rules(rules).decimals
    return marked(f"{Decimal(value).scaleb(-decimals):.{decimals}f}")


def _lates(
    steward: Stewardship, rules: Json, lates: Sequence[LatePrint]
) -> list[tuple[int, Value]]:
    """What came late, by period, rising."""
    due = integer(steward.client, rules, "next_period")
    found = [(_period(steward, late.period, due), _scaled(rules, late.printed)) for late in lates]
    return sorted(found, key=lambda one: one[0])


def _new_source(steward: Stewardship, rules: Json, path: Path, period: int) -> Statement:
    text = path.read_bytes()
    number = integer(steward.client, rules, "next_source")
    content: Value = [period, sha256(text).digest()]
    words = say(
        "From {name} on, prints come from source {number}. The text that says which one and "
        "why has the hash {hash}.",
        name=name_of(steward, period),
        number=number,
        hash=sha256(text).hexdigest(),
    )
    publication = Publication(decision=Decision.SOURCE.value, number=number, content=content)
    return Statement(publication=publication, words=words)


def _survey(steward: Stewardship, rules: Json, path: Path, due: int) -> Statement:
    _check_method(rules, is_survey=True)
    periods = periods_of(steward)
    data = path.read_bytes()
    try:
        document = json.loads(data)
        level = document["level_millionths"]
        period = periods.from_text(document["week"])
        is_closed = document["format"] in FORMATS and type(level) is int
    except (ValueError, KeyError, TypeError, RecursionError):
        is_closed = False
    if not is_closed:
        raise _refused(
            "not_a_closed_week",
            say("{path} is not the file that `fiado index survey close` writes.", path=path),
        )
    if periods.name(period) != document["week"]:
        raise CliError(
            ExitCode.REFUSED,
            "survey_of_other_days",
            say(
                "The survey is of {week}, and this federation's surveys are of other days.",
                week=document["week"],
            ),
            say(
                "There is one every {period_days} days; the next one is of {name}.",
                period_days=periods.period_days,
                name=periods.name(max(due, period)),
            ),
        )
    day = periods.survey_day(period)
    check_survey(steward, rules, path, data, document=document, day=day)
    content: Value = [level, sha256(data).digest()]
    words = say(
        "By the survey of {week}, what a unit is worth cost {value} {currency}.",
        week=document["week"],
        value=level_words(level),
        currency=rules["currency"],
    )
    if period > due:
        words += " " + say(
            "It covers a gap: for the survey of {name} there is no value yet. If that one can still be "
            "published, do it first.",
            name=periods.name(due),
        )
    publication = Publication(decision=OBSERVATION, number=period, content=content)
    steps = period - due + 1
    warning = beyond_cap(steward.client, rules, level=level, steps=steps)
    return Statement(publication=publication, words=words, survey=data, warning=warning)


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


def periods_of(steward: Stewardship) -> Periods:
    """Which periods the index in force has prints of. Raises `NoIndex`."""
    chartered = steward.charter.index
    if chartered is None:
        raise NoIndex
    return chartered.parameters.periods


def _period(steward: Stewardship, text: str, due: int) -> int:
    """The period that a text names; raises `click.UsageError` where this index has no such periods."""
    periods = periods_of(steward)
    try:
        return periods.from_text(text)
    except ValueError:
        name = periods.name(due)
        raise click.UsageError(
            say("{text} is no period of this index: {name} comes next.", text=text, name=name)
        ) from None


def name_of(steward: Stewardship, period: int) -> str:
    """A period in words."""
    periods = periods_of(steward)
    name = periods.name(period)
    return say("the survey of {name}", name=name) if periods.method is Method.SURVEY else name
