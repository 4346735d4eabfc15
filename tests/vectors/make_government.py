"""The vectors of self-government, PROTOCOL section 13, for `make_vectors`: what is valid and what is refused.

A file for each stage of `tests.ledger.rules.government_tables`, in the form of `refusals.json`.
"""

from typing import Any

from ledger.government.articles import Article, ceiling_of, first_limit_of
from ledger.refusals import Refusal
from tests.builders import Books
from tests.government_builders import adopt_bylaws, govern, levy
from tests.ledger.rules.government_tables import (
    BYLAWS,
    LEVY,
    PLAIN,
    SPEND,
    entry_at,
    founded_stage,
    governed_stage,
)
from tests.ledger.rules.tables import HOME, Table
from tests.vectors.make_logs import Case, log_of, refused


def bylaws_vectors() -> Case:
    """A coop without bylaws."""
    books = founded_stage()
    return _case(books, _of_table(books, BYLAWS))


def commons_vectors() -> Case:
    """A coop whose bylaws have a commons, and whose first levy is due."""
    books = governed_stage()
    later: dict[str, tuple[bytes, Refusal | None]] = {
        "bylaws where there are some": (
            entry_at(books, adopt_bylaws(books.federation, HOME, {})),
            Refusal.BYLAWS_VERSION_WRONG,
        ),
        "a levy before it is due": (
            entry_at(books, levy(positive=1_000), later=-1),
            Refusal.TIME_FALLS,
        ),
    }
    cases = [*_of_table(books, SPEND), *_of_table(books, LEVY)]
    return _case(books, [*cases, *(_named(note, *each) for note, each in later.items())])


def terms_vectors() -> Case:
    """A coop whose bylaws ask a contribution, have ceilings, a further class, and powers of their own."""
    books = founded_stage()
    articles = {
        Article.LIMIT_SMALL: 1,
        Article.LIMIT_LARGE: 3,
        Article.LIMIT_AMOUNT: 500,
        Article.CONTRIBUTION: 20_000,
        first_limit_of(0): 100_000,
        first_limit_of(5): 700,
        ceiling_of(0): 50,
    }
    govern(books, HOME, articles)
    make = books.federation

    def pay(amount: int, fee: int, *, coop: int = HOME, payee: int = 0) -> bytes:
        return make.pay(
            HOME,
            payer=PLAIN,
            sequence=2,
            payee_coop=coop,
            payee=payee,
            amount=amount,
            fee=fee,
        )

    books.admit(HOME, 7)
    offered: dict[str, tuple[bytes, Refusal | None]] = {
        "a contribution of 0.98, rounded toward the member": (pay(49, 0, payee=7), None),
        "a contribution of 1.00": (pay(50, 1, payee=7), None),
        "the contribution is missing": (pay(50, 0, payee=7), Refusal.CONTRIBUTION_MISSING),
        "it is missing abroad": (pay(50, 0, coop=2), Refusal.CONTRIBUTION_MISSING),
        "the own commons gets all of it": (pay(50, 0), None),
        "contribution_missing and ceiling_exceeded": (
            pay(51, 0, payee=7),
            Refusal.CONTRIBUTION_MISSING,
        ),
        "a balance above the ceiling": (pay(51, 1, payee=7), Refusal.CEILING_EXCEEDED),
        "a class that the bylaws name": (make.admit(HOME, 8, class_=5, limit=700), None),
        "a class that they don't": (make.admit(HOME, 8, class_=6, limit=0), Refusal.CLASS_UNKNOWN),
        "too high a first limit": (
            make.admit(HOME, 8, class_=5, limit=701),
            Refusal.FIRST_LIMIT_EXCEEDED,
        ),
        "a small limit by one steward": (
            make.limit(HOME, 7, revision=1, limit=500, stewards=(1,)),
            None,
        ),
        "a large limit by two": (
            make.limit(HOME, 7, revision=1, limit=501, stewards=(0, 1)),
            Refusal.STEWARDS_TOO_FEW,
        ),
        "a limit that becomes large, by two": (
            make.limit(HOME, 7, revision=1, limit=1, until=9, after=501, stewards=(0, 1)),
            Refusal.STEWARDS_TOO_FEW,
        ),
        "a large limit by three": (
            make.limit(HOME, 7, revision=1, limit=501, stewards=(0, 1, 2)),
            None,
        ),
    }
    cases = [
        _named(note, entry_at(books, data), refusal) for note, (data, refusal) in offered.items()
    ]
    return _case(books, cases)


def _of_table(books: Books, table: Table) -> list[Case]:
    entry = entry_at(books, table.transaction(books))
    cases = [_named(f"{table.name}, valid", entry, None)]
    for faults in [*((fault,) for fault in table.faults), *table.pairs()]:
        entry = entry_at(books, table.transaction(books, *faults))
        names = " and ".join(fault.refusal.code for fault in faults)
        cases.append(_named(f"{table.name}: {names}", entry, faults[0].refusal))
    return cases


def _named(note: str, entry: bytes, refusal: Refusal | None) -> Case:
    expected: dict[str, Any] = {"refusal": None} if refusal is None else refused(refusal)
    return {"note": note, "entry": entry.hex(), **expected}


def _case(books: Books, cases: list[Case]) -> Case:
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
    }
