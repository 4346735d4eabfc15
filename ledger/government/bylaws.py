"""A cooperative's bylaws: its articles as values, PROTOCOL section 13.1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, cast

from ledger.codec import Value, decode, encode
from ledger.government.articles import ARTICLES, CLASSES, Article, ceiling_of, first_limit_of
from ledger.government.commons import PaymentTerms, Rates
from ledger.refusals import Refusal
from ledger.shapes import MAX_STEWARDS, Kind, Signatures, is_bytes, is_uint, read_signatures

BYLAWS_CHAPTER: Final = "bylaws"

MAX_ARTICLES: Final = 256

Articles = tuple[tuple[int, int], ...]
"""(article's number, value), strictly rising by number; what is not listed has its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptBylaws:
    """The founders' act: the first bylaws of a coop, signed by all its stewards."""

    kind: ClassVar[Kind] = Kind.BYLAWS
    version: int
    articles: Articles
    text: bytes
    """The hash of what people read."""
    stewards: Signatures = ()

    def fields(self) -> list[Value]:
        """The elements of the array, in order."""
        return [Kind.BYLAWS.value, self.version, self.articles, self.text, self.stewards]

    unsigned_tail: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bylaws:
    """The bylaws in force for a log. Version 0, with all defaults, is what holds before any were adopted.

    `text` is the hash of what people read; `adopted` the time, in Unix seconds, of the entry that did it.
    """

    version: int = 0
    articles: Mapping[int, int] = field(default_factory=dict)
    text: bytes = bytes(32)
    adopted: int = 0

    def value(self, article: int) -> int:
        """The value of an article."""
        return self.articles.get(article, ARTICLES[article].default)

    def first_limit(self, class_: int) -> int:
        """The highest limit, in minor units, with which an account of the class may be admitted."""
        return self.value(first_limit_of(class_))

    def has_class(self, class_: int) -> bool:
        """Whether accounts may have the class: the first two always, others where an article names them."""
        named = {first_limit_of(class_), ceiling_of(class_)} & self.articles.keys()
        return 0 <= class_ < CLASSES and (class_ < 2 or bool(named))

    @property
    def payment_terms(self) -> PaymentTerms:
        """What they ask of payments."""
        return PaymentTerms(
            contribution=self.value(Article.CONTRIBUTION),
            ceilings=tuple(self.value(ceiling_of(each)) for each in range(CLASSES)),
        )

    @property
    def levy_rates(self) -> Rates:
        """What the levy of each period takes."""
        return Rates(self.value(Article.LEVY_POSITIVE), self.value(Article.LEVY_NEGATIVE))

    def row(self) -> tuple[bytes, bytes]:
        """Key and value of their row in the chapter."""
        articles = [list(pair) for pair in sorted(self.articles.items())]
        return encode(self.version), encode([articles, self.text, self.adopted])


def bylaws_of_row(key: bytes, value: bytes) -> Bylaws:
    """The bylaws that a row of the chapter holds, as a log of the rules has it."""
    articles, text, adopted = cast("tuple[list[tuple[int, int]], bytes, int]", decode(value))
    return Bylaws(
        version=cast(int, decode(key)), articles=dict(articles), text=text, adopted=adopted
    )


def newest_bylaws(rows: Sequence[tuple[bytes, bytes]]) -> Bylaws:
    """The bylaws in force, from the rows of the chapter, rising."""
    return bylaws_of_row(*rows[-1]) if rows else Bylaws()


def read_articles(value: object) -> Articles | None:
    """The articles that a decoded value lists; None for another shape."""
    if type(value) is not list or len(value) > MAX_ARTICLES:
        return None
    previous = -1
    for pair in value:
        if type(pair) is not list or len(pair) != 2 or not (is_uint(pair[0]) and is_uint(pair[1])):
            return None
        if pair[0] <= previous:
            return None
        previous = pair[0]
    return tuple((pair[0], pair[1]) for pair in value)


def read_bylaws(fields: list[object]) -> AdoptBylaws | None:
    """The `bylaws` that a decoded array holds; None when its shape is another."""
    if len(fields) != 5:
        return None
    _, version, listed, text, stewards = fields
    articles, signatures = read_articles(listed), read_signatures(stewards, MAX_STEWARDS)
    if not is_uint(version) or articles is None or not is_bytes(text, 32) or signatures is None:
        return None
    return AdoptBylaws(version=version, articles=articles, text=text, stewards=signatures)


def check_articles(articles: Articles) -> Refusal | None:
    """The refusal that a set of articles earns wherever it is adopted, or None."""
    # 13.1.2
    if any(number not in ARTICLES for number, _ in articles):
        return Refusal.ARTICLE_UNKNOWN
    # 13.1.3
    if not all(ARTICLES[number].allows(value) for number, value in articles):
        return Refusal.ARTICLE_OUT_OF_RANGE
    # 13.1.4
    return Refusal.ARTICLES_CONTRADICT if contradictions(dict(articles)) else None


def contradictions(articles: Mapping[int, int]) -> list[tuple[Article, Article]]:
    """The pairs of articles that can't both hold."""
    value = Bylaws(articles=articles).value
    found = []
    numerator, denominator = (
        value(Article.MAJORITY_NUMERATOR),
        value(Article.MAJORITY_DENOMINATOR),
    )
    if not numerator <= denominator <= 2 * numerator:
        # A special majority of more than all could never be had; one of less than half is none.
        found.append((Article.MAJORITY_NUMERATOR, Article.MAJORITY_DENOMINATOR))
    small, large = value(Article.LIMIT_SMALL), value(Article.LIMIT_LARGE)
    if large and small > large:
        # Two small steps would need more stewards than the large one that they lead to.
        found.append((Article.LIMIT_SMALL, Article.LIMIT_LARGE))
    return found
