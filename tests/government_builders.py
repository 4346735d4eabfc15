"""Signed entries of self-government for `tests.builders.Federation`, and books of a coop that has bylaws."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from ledger.government.bylaws import AdoptBylaws, Articles
from ledger.government.commons import Levy, Spend
from ledger.transactions import encode_transaction
from tests.builders import REASON, Books, Federation

TEXT = sha256(b"what people read").digest()


def adopt_bylaws(
    federation: Federation,
    coop: int,
    articles: Mapping[int, int] | Articles,
    *,
    version: int = 1,
    text: bytes = TEXT,
    stewards: Iterable[int] | None = None,
) -> bytes:
    """The founders' act of `coop`, by all its stewards unless others are given."""
    listed = articles if isinstance(articles, tuple) else tuple(sorted(articles.items()))
    entry = AdoptBylaws(version=version, articles=listed, text=text)
    places = range(len(federation.steward_keys[coop])) if stewards is None else stewards
    signatures = federation.steward_signatures(coop, federation.message(coop, entry), places)
    return encode_transaction(replace(entry, stewards=signatures))


def spend(
    federation: Federation,
    coop: int,
    *,
    number: int = 1,
    payee: int,
    amount: int,
    reason: bytes = REASON,
    stewards: Iterable[int] | None = None,
) -> bytes:
    """The commons of `coop` pays an account."""
    entry = Spend(number=number, payee=payee, amount=amount, reason=reason)
    signatures = federation.steward_signatures(coop, federation.message(coop, entry), stewards)
    return encode_transaction(replace(entry, stewards=signatures))


def levy(*, number: int = 1, positive: int = 0, negative: int = 0) -> bytes:
    """The levy of a period."""
    return encode_transaction(Levy(number=number, positive=positive, negative=negative))


def govern(books: Books, coop: int, articles: Mapping[int, int]) -> None:
    """Let the coop of the books adopt these bylaws."""
    books.append(coop, adopt_bylaws(books.federation, coop, articles))
