"""The vectors of moving in, PROTOCOL section 16, for `make_vectors`."""

from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.transactions import Acknowledge, OpenBooks
from tests.builders import Federation
from tests.ledger.rules.opening_tables import OPENING_TABLES, stage_new, stage_opened
from tests.ledger.rules.tables import HOME
from tests.opening_builders import acknowledge, open_books_with
from tests.vectors.make_logs import Case, log_of, refused
from tests.vectors.make_owning import account_signers


def encoded_openings(federation: Federation) -> dict[str, bytes]:
    """A transaction of both kinds."""
    balances = ((1, 100), (70_000, -120))
    return {
        "opening": open_books_with(federation, 1, balances),
        "part of an opening": open_books_with(
            federation, 1, ((7, -1),), part=2, parts=64, commons=-5
        ),
        "agreement with a balance": acknowledge(federation, 1, 7, -120),
    }


def signers_of_opening(
    federation: Federation, transaction: OpenBooks | Acknowledge
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of everybody who signed, in order."""
    if isinstance(transaction, Acknowledge):
        return account_signers(federation, transaction.account, transaction.signature)
    keys = federation.steward_keys[1]
    return [(keys[place].seed, signature) for place, signature in transaction.stewards]


def opening_vectors() -> Case:
    """Entries and what they earn in a given state, and a log in which books are opened in parts."""
    books = stage_new()
    cases: list[Case] = []
    opening, _ = OPENING_TABLES
    entry = encode_entry(books.now, opening.transaction(books))
    cases.append({"note": "opening, valid", "entry": entry.hex(), "refusal": None})
    for fault in opening.faults:
        entry = encode_entry(books.now, opening.transaction(books, fault))
        note = f"opening: {fault.refusal.code}"
        cases.append({"note": note, "entry": entry.hex(), **refused(fault.refusal)})
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    opened = stage_opened()
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
        "history": {
            "charter": opened.federation.founding.source.decode("utf-8"),
            "logs": log_of(opened),
            "digest": opened.validator.digest().hex(),
        },
    }
