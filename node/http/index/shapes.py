"""The shapes of the indexed unit: its rules and values, and what is published."""

from typing import Annotated

from msgspec import Meta

from node.http.base.shapes import WaitingPublication as WaitingPublication
from node.shapes import Shape
from node.spellings import Binary, Count, Day, Hash, one_of

Millionths = Annotated[Count, Meta(description="Millionths of the national currency.")]
OfSurveys = Annotated[Count | None, Meta(description="Of surveys; null with another method.")]


Before = Annotated[
    Count | None,
    Meta(description="Where levels are printed, that of the period before; otherwise null."),
]


class CurrencyChange(Shape, frozen=True):
    """From `first_day` on `numerator` / `denominator` of `currency` stand for one of the currency before."""

    first_day: Day
    currency: str
    numerator: Count
    denominator: Count


class Wage(Shape, frozen=True):
    """What an hour of work was paid on a day, by the index of wages that this node's operator names."""

    name: str
    day: Day
    value: Millionths


class Index(Shape, frozen=True):
    """The rules of the indexed unit, and what it is worth today."""

    coop: str
    method: Annotated[str, one_of("cer", "uf", "survey", "unit")]
    decimals: Annotated[
        Count | None,
        Meta(
            description="Of a printed change in percent, or of a printed level; null with surveys."
        ),
    ]
    input: Annotated[str | None, Meta(description="`change` or `level`; null with surveys.")]
    definition: Annotated[
        str | None,
        Meta(description="What values are computed by, PROTOCOL 9.9; null with surveys."),
    ]
    currency: Annotated[str, Meta(description="That of today.")]
    currency_changes: list[CurrencyChange]
    source: str
    publishers: list[str]
    quorum: Count
    source_quorum: Count
    step_cap: Count
    stand_in_limit: Count
    quote_days: Count
    observations_needed: OfSurveys
    lead_days: OfSurveys
    pace_weeks: OfSurveys
    period_days: OfSurveys
    base_day: Day
    base_value: Millionths
    known_until: Day
    next_period: Count
    next_period_name: str
    next_source: Count
    prints: Count
    today: Day
    day: Count
    value: Millionths | None
    wage: Annotated[
        Wage | None,
        Meta(description="Null where the node names no index of wages. Nothing depends on it."),
    ]


class DayValue(Shape, frozen=True):
    """What a unit is worth on a day."""

    day: Day
    value: Millionths


class IndexValues(Shape, frozen=True):
    """Known values, day by day, each in the currency of its day."""

    currency: Annotated[str, Meta(description="That of the last of these days.")]
    values: list[DayValue]
    known_until: Day


class LateChange(Shape, frozen=True):
    """A change of an earlier period that came late."""

    period: Count
    change: int
    before: Before


class Print(Shape, frozen=True):
    """A print."""

    period: Count
    period_name: str
    value: Annotated[
        int,
        Meta(
            description="A change in percent or a level, in units of its last decimal; a survey's level "
            "in millionths."
        ),
    ]
    before: Before
    source: Count
    stand_in: bool
    late: list[LateChange]


class SourceChange(Shape, frozen=True):
    """A change of source."""

    number: Count
    first_period: Count
    first_period_name: str
    description_hash: Hash


class IndexPrints(Shape, frozen=True):
    """The newest prints and changes of source that the log has taken in."""

    prints: list[Print]
    sources: list[SourceChange]


class Content(Shape, frozen=True):
    """What may be decided, and who stands for it: who supported it last, and who has signed it for good."""

    decision: Count
    number: Count
    print: Print | None
    source: SourceChange | None
    levels: dict[str, Millionths]
    supported_by: list[str]
    signed_by: list[str]
    needed: Count


class Observation(Shape, frozen=True):
    """What a coop has observed."""

    coop: str
    period: Count
    period_name: str
    level: Millionths
    survey: Hash


class IndexDecisions(Shape, frozen=True):
    """How the next print and change of source are coming about.

    `silent` are the publishers that have said nothing of it yet. `locked`: this cooperative has signed one of
    the contents, and stands by it until enough others stand for another.
    """

    next_period: Count
    next_period_name: str
    next_source: Count
    round: Count
    locked: bool
    silent: list[str]
    contents: list[Content]
    observations: list[Observation]
    publications: list[WaitingPublication]


class Publication(Shape, frozen=True):
    """What stewards publish; it carries their signatures."""

    publication: Binary
    survey: Binary | None = None
