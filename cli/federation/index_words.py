"""What a charter says of the index, in words, for those who are about to sign it."""

from decimal import Decimal

from ledger.charter import Charter, IndexCharter
from ledger.index.days import Method, text_from_day
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
            "a unit follows prices": f"by the method {rules.method.name.lower()}",
            "its first value": f"{rules.currency} {value:.6f} on {text_from_day(rules.base_day)}",
            "prices from": charter.index.source,
            "published by": _publishers(charter, charter.index),
            "cap on a step": f"{Decimal(rules.step_cap) / 10:.1f} %",
            "late prints": f"at most {rules.stand_in_limit} stand-ins in a row",
            "a quoted price lasts": f"{rules.quote_days} days",
        }
        | {
            f"from {text_from_day(change.first_day)} on": f"prices are in {change.currency}, "
            f"{change.numerator} for {change.denominator} of the currency before"
            for change in charter.index.line.redenominations
        }
        | _survey_fields(rules)
        | _missing_publishers(charter, charter.index)
    )


def _missing_publishers(charter: Charter, chartered: IndexCharter) -> dict[str, str]:
    """A quarantine or a leaving does not change who publishes, nor how many sign."""
    out = [charter.coops[each].name for each in chartered.publishers if not charter.is_member(each)]
    if not out:
        return {}
    quorum, left = chartered.parameters.quorum, len(chartered.publishers) - len(out)
    enough = "enough" if left >= quorum else "too few"
    return {
        "no members any more": f"{', '.join(out)}: still publishers, and as many sign as before. The others "
        f"are {left}, which is {enough} for a value ({quorum} sign it). `fiado federation propose index` "
        "names other publishers and numbers."
    }


def _publishers(charter: Charter, chartered: IndexCharter) -> str:
    names = ", ".join(charter.coops[number].name for number in chartered.publishers)
    rules = chartered.parameters
    return f"{names}; {rules.quorum} sign a value, {rules.source_quorum} a change of source"


def _survey_fields(rules: IndexParameters) -> dict[str, str]:
    if rules.method is not Method.SURVEY:
        return {}
    return {
        "surveys needed": f"of {rules.observations_needed} cooperatives",
        "lead": f"{rules.lead_days} days",
        "pace": f"of the last {rules.pace_weeks} weeks",
    }
