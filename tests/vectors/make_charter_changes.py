"""Makes `charter_changes.json`: changes of the charter, for `make_vectors`; PROTOCOL 4.2, 7.12 and 7.13."""

from functools import partial
from typing import Any, Final

from ledger.charter import Charter, Coop
from ledger.charter_changes import Quarantine, SetClearingLimit
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction, encode_entry
from ledger.refusals import Refusal
from tests.builders import build_federation
from tests.charter_builders import FIFTH, Union, certified
from tests.charters import keyed
from tests.ledger.rules.charter_tables import (
    FAULTS,
    FIRST,
    HEAD,
    JOINED,
    REKEYED,
    SHUT_OUT,
    VALID,
    stage,
)

Case = dict[str, Any]
Offers = dict[str, tuple[bytes, Refusal | None]]

CHANGE: Final = SetClearingLimit(coop=FIRST, limit=9)
REFUSED: Final = Quarantine(coop=FIFTH)
MEMBERS: Final = (FIRST, REKEYED, JOINED)


def charter_change_vectors() -> Case:
    """Logs at different versions, and what two of them take in or refuse next."""
    union = stage()
    union.books.pay(FIRST, 1, JOINED, 0, 10)
    union.books.anchor(JOINED, FIRST)
    validator = union.books.validator
    cases = [*_cases(union, FIRST, _of_first(union)), *_cases(union, REKEYED, _of_late(union))]
    return {
        "charter": union.federation.founding.source.decode("utf-8"),
        "logs": {
            str(coop): [entry.hex() for entry in log] for coop, log in union.books.logs.items()
        },
        "charters": {str(coop): _charter(validator.charter(coop)) for coop in validator.coops},
        "decisions": [_decision(transaction) for transaction in union.versions],
        "digest": validator.digest().hex(),
        "cases": cases,
    }


def _of_first(union: Union) -> Offers:
    """What is offered to the log that has all versions."""
    return {
        **{name: (union.next(make(union)), None) for name, make in VALID.items()},
        **{fault.name: (union.next(fault.change(union)), fault.refusal) for fault in FAULTS},
        **_certificates(union),
        **_what_follows(union),
    }


def _certificates(union: Union) -> Offers:
    by = partial(certified, union.federation, union.charter, CHANGE)
    signed = by(signers=MEMBERS)
    founders = build_federation(seed="changes", coops=5)
    old = keyed(union.federation, REKEYED, founders.node_keys[REKEYED])
    refused = partial(certified, union.federation, union.charter, REFUSED)
    return {
        "in round 7": (by(signers=MEMBERS, round_=7), None),
        "in another round than was signed": (signed[:-1] + b"\x01", Refusal.SIGNATURE_INVALID),
        "with the key that the node had": (
            certified(old, union.charter, CHANGE, signers=MEMBERS),
            Refusal.SIGNATURE_INVALID,
        ),
        "a version too far": (by(version=5), Refusal.CHARTER_VERSION_WRONG),
        "a version and a base that are not next": (
            by(version=3, base=HEAD),
            Refusal.CHARTER_VERSION_WRONG,
        ),
        "another base, signed by one in quarantine": (
            by(base=HEAD, signers=[SHUT_OUT]),
            Refusal.CHARTER_BASE_WRONG,
        ),
        "signed by too few and one in quarantine": (
            by(signers=[FIRST, SHUT_OUT]),
            Refusal.CHARTER_SIGNER_UNKNOWN,
        ),
        "signed by a coop that has not joined": (
            by(signers=[*MEMBERS, FIFTH]),
            Refusal.CHARTER_SIGNER_UNKNOWN,
        ),
        "signed by too few, and refused": (
            refused(signers=[FIRST]),
            Refusal.CHARTER_SIGNATURES_TOO_FEW,
        ),
        "refused, and with a signature that does not hold": (
            refused(signers=MEMBERS)[:-1] + b"\x01",
            Refusal.COOP_UNKNOWN,
        ),
    }


def _what_follows(union: Union) -> Offers:
    """Entries of other kinds in a log that has the changes."""
    books = union.books
    return {
        "a payment to a coop in quarantine": (
            books.next_pay(FIRST, 1, SHUT_OUT, 0, 10),
            Refusal.COOP_QUARANTINED,
        ),
        "an anchor of a coop in quarantine": (
            books.anchor_bytes(SHUT_OUT),
            Refusal.COOP_QUARANTINED,
        ),
        "a head of a length of the former key by the new one": (
            books.anchor_bytes(REKEYED, 3),
            Refusal.SIGNATURE_INVALID,
        ),
        "a payment to the coop that joined": (books.next_pay(FIRST, 1, JOINED, 0, 10), None),
    }


def _of_late(union: Union) -> Offers:
    """What is offered to the log that lacks all versions but the first."""
    books = union.books
    return {
        "the next version": (union.versions[1], None),
        "the one after it": (union.versions[2], Refusal.CHARTER_VERSION_WRONG),
        "the one that it has": (union.versions[0], Refusal.CHARTER_VERSION_WRONG),
        "a payment to a coop that the others have in quarantine": (
            books.next_pay(REKEYED, 1, SHUT_OUT, 0, 10),
            None,
        ),
    }


def _cases(union: Union, coop: int, offers: Offers) -> list[Case]:
    cases = []
    for note, (transaction, refusal) in offers.items():
        entry = encode_entry(union.books.now, transaction)
        found = union.books.validator.judge(coop, entry)
        assert found is refusal, (note, found)
        name = None if refusal is None else refusal.code
        expected = {"refusal": None if refusal is None else refusal.value, "name": name}
        cases.append({"note": note, "coop": coop, "entry": entry.hex(), **expected})
    return cases


def _charter(charter: Charter) -> Case:
    return {
        "version": charter.version,
        "base": charter.base.hex(),
        "witness_quorum": charter.witness_quorum,
        "decision_quorum": charter.decision_quorum,
        "coops": {str(coop.number): _coop(coop) for coop in charter.coops.values()},
    }


def _coop(coop: Coop) -> Case:
    return {
        "standing": coop.standing.value,
        "clearing_limit": coop.clearing_limit,
        "node_key": coop.node_key.hex(),
        "earlier_keys": [[each.key.hex(), each.until] for each in coop.earlier_keys],
    }


def _decision(transaction: bytes) -> Case:
    """What was signed for a version, and by whom."""
    entry = decode_transaction(transaction)
    assert isinstance(entry, CharterEntry)
    return {
        "version": entry.version,
        "base": entry.base.hex(),
        "body": entry.signed_body().hex(),
        "signatures": {str(coop): signature.hex() for coop, signature in entry.signatures},
    }
