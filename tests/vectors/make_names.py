"""The vectors of names, PROTOCOL section 15, for `make_vectors`."""

from hashlib import sha256
from typing import Any

from ledger.entries import encode_entry
from ledger.names import Opening
from ledger.refusals import Refusal
from tests.builders import Books, Federation, build_federation, open_books
from tests.vectors.make_logs import Case, log_of, refused

HOME = 1


def salt_of(handle: str) -> bytes:
    """A salt that tests know."""
    return sha256(b"salt of " + handle.encode()).digest()[:16]


def opening_of(handle: str) -> Opening:
    """An opening that tests know."""
    return Opening(salt=salt_of(handle), handle=handle)


def committed(federation: Federation, handle: str, coop: int = HOME) -> bytes:
    """The commitment to a handle under the salt that tests know."""
    return opening_of(handle).commitment(federation=federation.id, coop=coop)


def named_books() -> Books:
    """A log with handles and commitments in it."""
    books = open_books(build_federation(seed="vectors of names", coops=1, stewards=1, threshold=1))
    federation = books.federation
    books.append(
        HOME,
        federation.admit(HOME, 1, handle="ana"),
        federation.admit(HOME, 2, handle=committed(federation, "bea")),
        federation.admit(HOME, 3, handle=committed(federation, "ana")),
        federation.admit(HOME, 4, handle=b"thirty-two-letters-of-a-handle--"),
        federation.admit(HOME, 5, handle="thirty-two-letters-of-a-handle--"),
    )
    return books


def offered(books: Books) -> list[tuple[str, bytes, Refusal | None]]:
    """Admissions after it, and what they earn."""
    make, taken = books.federation.admit, Refusal.HANDLE_TAKEN
    again = committed(books.federation, "bea")
    other = Opening(salt=bytes(16), handle="bea").commitment(
        federation=books.federation.id, coop=HOME
    )
    return [
        ("a commitment once more", make(HOME, 6, handle=again), taken),
        ("a handle once more", make(HOME, 6, handle="ana"), taken),
        ("one handle under another salt", make(HOME, 6, handle=other), None),
        ("31 bytes", make(HOME, 6, handle=bytes(31)), Refusal.ENTRY_MALFORMED),
        ("33 bytes", make(HOME, 6, handle=bytes(33)), Refusal.ENTRY_MALFORMED),
        ("no bytes", make(HOME, 6, handle=b""), Refusal.ENTRY_MALFORMED),
    ]


def name_vectors() -> Case:
    """Openings; a log with both, and entries after it."""
    books = named_books()
    federation = books.federation
    openings: list[dict[str, Any]] = []
    for coop, handle in ((1, "ana"), (2, "ana"), (1, "a"), (2**32 - 1, "z" * 32)):
        opening = opening_of(handle)
        made = opening.commitment(federation=federation.id, coop=coop)
        case = {"coop": coop, "handle": handle, "salt": opening.salt.hex()}
        openings.append(case | {"commitment": made.hex(), "opens": True})
    first = openings[0]
    openings += [
        first | {"handle": "anna", "opens": False},
        first | {"salt": bytes(16).hex(), "opens": False},
        first | {"coop": 2, "opens": False},
        first | {"salt": first["salt"] + "00", "opens": False},
        first | {"handle": "Ana", "opens": False},
    ]
    cases: list[Case] = []
    for note, transaction, refusal in offered(books):
        entry = encode_entry(books.now, transaction)
        assert books.validator.judge(HOME, entry) == refusal, note
        earned = {"refusal": None} if refusal is None else refused(refusal)
        cases.append({"note": note, "entry": entry.hex(), **earned})
    return {
        "federation": federation.id.hex(),
        "openings": openings,
        "charter": federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
    }
