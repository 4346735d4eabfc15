"""The articles of bylaws in one table: PROTOCOL section 13.1.

Bylaws are numbers, so that every node can check what a cooperative has decided about itself. Each article has
a number for ever, a name, a unit, the value that it has where the bylaws say nothing, and the values that it
may have. The defaults follow the model statutes of Argentine cooperatives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from ledger.codec import MAX

CLASSES: Final = 16
"""Classes of accounts are numbered from 0 to 15. The first two are always there: people and organisations."""

DAY: Final = 86_400
_LONGEST: Final = 10 * 365 * DAY


class Unit(Enum):
    """What the number of an article counts."""

    STEWARDS = "stewards"
    PEOPLE = "people"
    SECONDS = "seconds"
    PERMILLE = "permille"
    MILLIONTHS = "millionths"
    AMOUNT = "amount"
    """Minor units."""
    PARTS = "parts"
    CHOICE = "choice"
    """0 for no, 1 for yes."""


class Article(IntEnum):
    """The number of an article; those that classes have follow from `first_limit_of` and `ceiling_of`."""

    ADMIT = 1
    LIMIT_SMALL = 2
    LIMIT_LARGE = 3
    LIMIT_AMOUNT = 4
    FREEZE = 5
    PUBLISH = 6
    SPEND = 7
    SPEND_AMOUNT = 8
    ENDORSE = 9
    SETTLE = 10
    RECOVER = 11
    PROPOSE = 12
    NOTICE = 20
    SECOND_CALL = 21
    FIRST_QUORUM = 22
    SECOND_QUORUM = 23
    DEMAND = 24
    MEMBERSHIP = 25
    LATE_WINDOW = 26
    EXTENSION = 27
    MAJORITY_NUMERATOR = 28
    MAJORITY_DENOMINATOR = 29
    APPEAL_TERM = 30
    HEARING = 31
    WAIT_STEWARDS = 40
    WAIT_GUARDIANS = 41
    OBJECTION_TERM = 42
    DEBT_TERM = 50
    CLAIM_TERM = 51
    SOFT_LIMIT = 52
    OFFICE_TERM = 60
    OFFICE_STEWARDS = 61
    CONTRIBUTION = 70
    LEVY_POSITIVE = 71
    LEVY_NEGATIVE = 72
    LEVY_PERIOD = 73
    COMMONS_DEBT = 74
    SEE_HISTORY = 80
    SEE_BALANCES = 81


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What has to be known of an article."""

    number: int
    name: str
    unit: Unit
    default: int
    lowest: int
    highest: int

    def allows(self, value: int) -> bool:
        """Whether the article may have the value."""
        return self.lowest <= value <= self.highest


def first_limit_of(class_: int) -> int:
    """The number of the article with the highest first limit of a class."""
    return 100 + class_


def ceiling_of(class_: int) -> int:
    """The number of the article with a class's ceiling of local receipts; 0 means none."""
    return 120 + class_


_POWERS: Final = (
    Article.ADMIT,
    Article.LIMIT_SMALL,
    Article.LIMIT_LARGE,
    Article.FREEZE,
    Article.PUBLISH,
    Article.SPEND,
    Article.ENDORSE,
    Article.SETTLE,
    Article.RECOVER,
    Article.PROPOSE,
)
"""How many stewards must sign; 0 stands for the charter's threshold."""

_OTHERS: Final = (
    (Article.LIMIT_AMOUNT, Unit.AMOUNT, 0, 0, MAX),
    (Article.SPEND_AMOUNT, Unit.AMOUNT, 0, 0, MAX),
    (Article.NOTICE, Unit.SECONDS, 15 * DAY, 1, _LONGEST),
    (Article.SECOND_CALL, Unit.SECONDS, 3600, 0, _LONGEST),
    (Article.FIRST_QUORUM, Unit.PERMILLE, 500, 0, 1000),
    (Article.SECOND_QUORUM, Unit.PEOPLE, 0, 0, MAX),
    (Article.DEMAND, Unit.PERMILLE, 100, 1, 1000),
    (Article.MEMBERSHIP, Unit.SECONDS, 0, 0, _LONGEST),
    (Article.LATE_WINDOW, Unit.SECONDS, DAY, 0, _LONGEST),
    (Article.EXTENSION, Unit.SECONDS, DAY, 0, _LONGEST),
    (Article.MAJORITY_NUMERATOR, Unit.PARTS, 2, 1, 1000),
    (Article.MAJORITY_DENOMINATOR, Unit.PARTS, 3, 1, 1000),
    (Article.APPEAL_TERM, Unit.SECONDS, 30 * DAY, 0, _LONGEST),
    (Article.HEARING, Unit.SECONDS, 15 * DAY, 0, _LONGEST),
    (Article.WAIT_STEWARDS, Unit.SECONDS, 14 * DAY, 1, _LONGEST),
    (Article.WAIT_GUARDIANS, Unit.SECONDS, 7 * DAY, 1, _LONGEST),
    (Article.OBJECTION_TERM, Unit.SECONDS, 30 * DAY, 1, _LONGEST),
    (Article.DEBT_TERM, Unit.SECONDS, 365 * DAY, 1, _LONGEST),
    (Article.CLAIM_TERM, Unit.SECONDS, 30 * DAY, 0, _LONGEST),
    (Article.SOFT_LIMIT, Unit.PERMILLE, 800, 0, 1000),
    (Article.OFFICE_TERM, Unit.SECONDS, 2 * 365 * DAY, 1, _LONGEST),
    (Article.OFFICE_STEWARDS, Unit.STEWARDS, 0, 0, 64),
    (Article.CONTRIBUTION, Unit.MILLIONTHS, 0, 0, 100_000),
    (Article.LEVY_POSITIVE, Unit.MILLIONTHS, 0, 0, 50_000),
    (Article.LEVY_NEGATIVE, Unit.MILLIONTHS, 0, 0, 50_000),
    (Article.LEVY_PERIOD, Unit.SECONDS, 30 * DAY, 1, _LONGEST),
    (Article.COMMONS_DEBT, Unit.AMOUNT, 0, 0, MAX),
    (Article.SEE_HISTORY, Unit.CHOICE, 1, 0, 1),
    (Article.SEE_BALANCES, Unit.CHOICE, 0, 0, 1),
)


def _rows() -> list[ArticleRow]:
    return sorted(
        (
            *(ArticleRow(each, each.name.lower(), Unit.STEWARDS, 0, 0, 64) for each in _POWERS),
            *(
                ArticleRow(each, each.name.lower(), unit, default, lowest, highest)
                for each, unit, default, lowest, highest in _OTHERS
            ),
            *(
                ArticleRow(first_limit_of(each), f"first_limit_{each}", Unit.AMOUNT, MAX, 0, MAX)
                for each in range(CLASSES)
            ),
            *(
                ArticleRow(ceiling_of(each), f"ceiling_{each}", Unit.AMOUNT, 0, 0, MAX)
                for each in range(CLASSES)
            ),
        ),
        key=lambda row: row.number,
    )


ARTICLES: Final[Mapping[int, ArticleRow]] = {row.number: row for row in _rows()}
"""All articles by number, rising."""
