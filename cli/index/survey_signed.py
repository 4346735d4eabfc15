"""What a closed week's file has to say before a steward signs its level: the file is never believed.

Its level is computed again from its prices. A coop's observation is signed once and can't be taken back, so
what no log could follow is refused here, and what it would follow only in part is warned of.
"""

from pathlib import Path
from typing import Any

from cli.index.print_words import level_words
from cli.index.survey_closed import level_of_file
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.steward.stewardship import Stewardship
from ledger.index.chains import factor_of_change
from ledger.index.days import day_from_text
from ledger.index.parameters import LARGEST_VALUE, LOWEST_VALUE
from node.member.answers import integer, reading, text
from node.member.client import Json, NodeClient


def check_survey(
    steward: Stewardship,
    rules: Json,
    path: Path,
    data: bytes,
    *,
    document: dict[str, Any],
    day: int,
) -> None:
    """Raise `CliError` where the file's level or currency can't be what the coop measured."""
    level = document["level_millionths"]
    if not LOWEST_VALUE <= level <= LARGEST_VALUE:
        raise _refused(
            "survey_level_impossible",
            say(
                "{path} has a level that a unit can't have: it is from {lowest} to {highest}.",
                path=path,
                lowest=level_words(LOWEST_VALUE),
                highest=level_words(LARGEST_VALUE),
            ),
        )
    if level_of_file(data) != level:
        raise _refused(
            "survey_level_wrong",
            say("The level in {path} does not follow from the prices in it.", path=path),
        )
    currency = document.get("currency")
    chartered = steward.charter.index
    with reading(steward.client):
        known = {rules["currency"] if chartered is None else chartered.parameters.currency} | {
            change["currency"]
            for change in rules.get("currency_changes", [])
            if day_from_text(change["first_day"]) <= day
        }
    if not isinstance(currency, str) or currency not in known:
        raise _refused(
            "survey_other_currency",
            say(
                "{path} is in {other}, and this federation's unit is priced in {currency}.",
                path=path,
                other=str(currency),
                currency=rules["currency"],
            ),
        )


def beyond_cap(client: NodeClient, rules: Json, *, level: int, steps: int) -> str | None:
    """A warning where the level is further from the last value than the cap lets it go in these steps."""
    known_until = text(client, rules, "known_until")
    with reading(client):
        (last,) = client.get("/v1/index/values", first=known_until, count=1)["values"]
        value = int(last["value"])
    cap = integer(client, rules, "step_cap")
    most = factor_of_change(cap) ** max(steps, 1)
    if value / most <= level <= value * most:
        return None
    return say(
        "{level} is beyond the cap on a step: the last value is {value}, and one survey moves it by "
        "{cap} at most. It will be followed only as far as the cap. Once your coop's node has signed "
        "it, it can't be taken back. Look at the prices again.",
        level=level_words(level),
        value=level_words(value),
        cap=f"{cap / 10:.1f} %",
    )


def _refused(name: str, message: str) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        name,
        message,
        say(
            "Nothing was signed. Take the file as `fiado index survey close` wrote it, of a basket "
            "in this federation's currency."
        ),
    )
