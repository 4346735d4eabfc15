"""What a charter says of the index, in words, for those who are about to sign it."""

from decimal import Decimal

from cli.shell.forms import day, marked
from cli.shell.language import say
from ledger.charter import Charter, IndexCharter
from ledger.index.days import Method
from ledger.index.definition_fields import definition_text
from ledger.index.exact import MILLIONTHS
from ledger.index.parameters import IndexParameters


def index_fields(charter: Charter) -> dict[str, str]:
    """Lines to show, by heading; what each means is in docs/INDEX.md. Empty without an index."""
    if charter.index is None:
        return {}
    rules = charter.index.parameters
    value = Decimal(rules.base_value) / MILLIONTHS
    return (
        {
            say("a unit follows prices"): say(
                "by the method {name}", name=rules.method.name.lower()
            ),
            say("its first value"): say(
                "{currency} {value} on {day}",
                currency=rules.currency,
                value=marked(f"{value:.6f}"),
                day=day(rules.base_day),
            ),
            say("prices from"): charter.index.source,
            say("published by"): _publishers(charter, charter.index),
            say("cap on a step"): marked(f"{Decimal(rules.step_cap) / 10:.1f} %"),
            say("late prints"): say(
                "at most {stand_in_limit} stand-ins in a row", stand_in_limit=rules.stand_in_limit
            ),
            say("a quoted price lasts"): say("{quote_days} days", quote_days=rules.quote_days),
        }
        | {
            say("from {day} on", day=day(change.first_day)): say(
                "prices are in {currency}, {numerator} for {denominator} of the currency before",
                currency=change.currency,
                numerator=change.numerator,
                denominator=change.denominator,
            )
            for change in charter.index.line.redenominations
        }
        | _unit_fields(rules)
        | _survey_fields(rules)
        | _missing_publishers(charter, charter.index)
    )


def _missing_publishers(charter: Charter, chartered: IndexCharter) -> dict[str, str]:
    """A quarantine or a leaving does not change who publishes, nor how many sign."""
    out = [charter.coops[each].name for each in chartered.publishers if not charter.is_member(each)]
    if not out:
        return {}
    quorum, left = chartered.parameters.quorum, len(chartered.publishers) - len(out)
    enough = say("enough") if left >= quorum else say("too few")
    return {
        say("no members any more"): say(
            "{names}: still publishers, and as many sign as before. The others are {left}, which "
            "is {enough} for a value ({quorum} sign it). `fiado federation propose index` names "
            "other publishers and numbers.",
            names=", ".join(out),
            left=left,
            enough=enough,
            quorum=quorum,
        )
    }


def _publishers(charter: Charter, chartered: IndexCharter) -> str:
    names = ", ".join(charter.coops[number].name for number in chartered.publishers)
    rules = chartered.parameters
    return say(
        "{names}; {quorum} sign a value, {source_quorum} a change of source",
        names=names,
        quorum=rules.quorum,
        source_quorum=rules.source_quorum,
    )


def _unit_fields(rules: IndexParameters) -> dict[str, str]:
    return {} if rules.unit is None else {say("definition"): definition_text(rules.unit)}


def _survey_fields(rules: IndexParameters) -> dict[str, str]:
    if rules.method is not Method.SURVEY:
        return {}
    return {
        say("surveys needed"): say(
            "of {observations_needed} cooperatives", observations_needed=rules.observations_needed
        ),
        say("a survey every"): say("{period_days} days", period_days=rules.period_days),
        "lead": say("{lead_days} days", lead_days=rules.lead_days),
        "pace": say("of the last {pace_weeks} weeks", pace_weeks=rules.pace_weeks),
    }
