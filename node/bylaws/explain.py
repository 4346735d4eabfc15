"""Bylaws as sentences: all articles, those that differ from the defaults, and warnings about rash values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.codec import MAX
from ledger.government.articles import ARTICLES, DAY, Article, Unit, ceiling_of, first_limit_of
from ledger.government.bylaws import Bylaws
from node.bylaws import words_en, words_es, words_pt

LANGUAGES: Final[Mapping[str, Any]] = {"en": words_en, "es": words_es, "pt": words_pt}

_YEAR: Final = 365 * DAY
_LENGTHS: Final = (("day", DAY), ("hour", 3600), ("minute", 60), ("second", 1))
_FEW_DAYS, _TWO_DAYS = 3 * DAY, 2 * DAY
_TENTH: Final = 100_000
_FIVE_PER_CENT: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An article in force: its number, value, a name and a sentence for people."""

    number: int
    name: str
    value: int
    title: str
    sentence: str
    is_default: bool


def explain(bylaws: Bylaws, language: str) -> list[Explained]:
    """Every article that means something, in the order of numbers, in one of `LANGUAGES`.

    Of the classes beyond the first two only those that the bylaws speak of.
    """
    return [
        Explained(
            number=number,
            name=row.name,
            value=bylaws.value(number),
            title=title_of(number, language),
            sentence=sentence_of(number, bylaws.value(number), language),
            is_default=bylaws.value(number) == row.default,
        )
        for number, row in ARTICLES.items()
        if number < first_limit_of(2) or number in bylaws.articles or number in _FIRST_CEILINGS
    ]


_FIRST_CEILINGS: Final = (ceiling_of(0), ceiling_of(1))


def title_of(number: int, language: str) -> str:
    """What an article is called."""
    words = LANGUAGES[language]
    if number in words.ARTICLES:
        return str(words.ARTICLES[number][0])
    class_, table = _class_of(number, words)
    return str(table[0]).format(class_=class_)


def sentence_of(number: int, value: int, language: str) -> str:
    """What an article says when it has that value."""
    words = LANGUAGES[language]
    row = ARTICLES[number]
    if number in words.ARTICLES:
        _, some, none = words.ARTICLES[number]
        sentence = none if value == 0 and none else some
        return str(sentence).format(value=in_words(value, row.unit, language))
    class_, (_, some, none, *free) = _class_of(number, words)
    sentence = none if value == 0 else free[0] if free and value == MAX else some
    text = str(sentence).format(class_=class_, value=in_words(value, row.unit, language))
    return text[:1].upper() + text[1:]


def _class_of(number: int, words: Any) -> tuple[int | str, tuple[str, ...]]:
    is_first = number < ceiling_of(0)
    class_ = number - (first_limit_of(0) if is_first else ceiling_of(0))
    people = words.CLASSES[min(class_, 2)].format(number=class_)
    return people, words.FIRST_LIMIT if is_first else words.CEILING


def in_words(value: int, unit: Unit, language: str) -> str:
    """A value with its unit."""
    words = LANGUAGES[language]
    match unit:
        case Unit.STEWARDS:
            return _counted(value, "steward", words) if value else str(words.CHARTER_SAYS)
        case Unit.PEOPLE:
            return _counted(value, "person", words)
        case Unit.SECONDS:
            name, length = next(each for each in _LENGTHS if value % each[1] == 0)
            return _counted(value // length, name, words)
        case Unit.PERMILLE:
            return _decimal(value, 1, language) + " %"
        case Unit.MILLIONTHS:
            return _decimal(value, 4, language) + " %"
        case Unit.AMOUNT:
            return _amount(value, language)
        case Unit.PARTS | Unit.CHOICE:
            return str(value)


def _counted(value: int, name: str, words: Any) -> str:
    one, many = words.UNITS[name]
    return f"{value} {one if value == 1 else many}"


def _decimal(value: int, places: int, language: str) -> str:
    whole, rest = divmod(value, 10**places)
    digits = f"{rest:0{places}}".rstrip("0")
    mark = "." if language == "en" else ","
    return f"{whole}{mark}{digits}" if digits else str(whole)


def _amount(value: int, language: str) -> str:
    mark = "." if language == "en" else ","
    return f"{value // 100}{mark}{value % 100:02}"


def warnings(bylaws: Bylaws, language: str) -> list[str]:
    """What people should think about before they adopt these bylaws; nothing of it is forbidden."""
    words = LANGUAGES[language]
    told = (
        str(words.WARNINGS[name]).format(title=title_of(number, language))
        for name, number in rash(bylaws)
    )
    return list(dict.fromkeys(told))  # what holds for several articles is said once


def rash(bylaws: Bylaws) -> Iterator[tuple[str, int]]:
    """Name of a warning, and the article that it is about."""
    value = bylaws.value
    for power in (Article.LIMIT_LARGE, Article.SPEND, Article.SETTLE, Article.RECOVER):
        if value(power) == 1:
            yield "one_steward", power
    if value(Article.NOTICE) < _FEW_DAYS:
        yield "short_notice", Article.NOTICE
    if not value(Article.SECOND_QUORUM):
        yield "few_decide" if value(Article.FIRST_QUORUM) else "nobody_votes", Article.SECOND_QUORUM
    for wait in (Article.WAIT_STEWARDS, Article.WAIT_GUARDIANS):
        if value(wait) < _TWO_DAYS:
            yield "short_wait", wait
    for levy in (Article.LEVY_POSITIVE, Article.LEVY_NEGATIVE):
        if value(levy) * _YEAR > _TENTH * value(Article.LEVY_PERIOD):
            yield "high_levy", levy
    if value(Article.CONTRIBUTION) > _FIVE_PER_CENT:
        yield "high_contribution", Article.CONTRIBUTION
    if value(Article.COMMONS_DEBT):
        yield "commons_debt", Article.COMMONS_DEBT
    if not value(Article.APPEAL_TERM):
        yield "no_appeal", Article.APPEAL_TERM
    if not value(Article.HEARING):
        yield "no_hearing", Article.HEARING
