"""The vectors of the keys of accounts, PROTOCOL section 14, for `make_vectors`."""

from typing import Any, Final

from ledger.entries import encode_entry
from ledger.refusals import Refusal
from ledger.shapes import AccountSignature
from ledger.transactions import AccountKeys, Pay, PayDelegated
from tests.builders import Federation, build_federation, open_books
from tests.ledger.rules.owning_tables import OWNING_TABLES, stage_owning
from tests.ledger.rules.tables import HOME
from tests.owning_builders import (
    DAY,
    delegate,
    next_delegated,
    owner_key,
    owner_keys,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    till_key,
)
from tests.recovery_builders import rekey
from tests.vectors.make_logs import Case, log_of, refused

JOINT: Final = 70_000


def encoded_owning(federation: Federation) -> dict[str, bytes]:
    """A transaction of every kind of this section."""
    payees = ((1, 8), (2, 70_000))
    return {
        "key delegated": delegate(federation, 1, 7, place=63, payees=payees),
        "key delegated by two owners": delegate(federation, 1, JOINT, owners=(0, 2)),
        "key revoked": revoke(federation, 1, 7, revision=2),
        "payment by a delegated key": pay_delegated(
            federation, 1, 7, place=63, sequence=300, payee_coop=2, payee=9, amount=1_250
        ),
        "owners": set_owners(federation, 1, JOINT),
        "payment by two owners": pay_jointly(federation, 1, JOINT, sequence=1, payee=9),
    }


def signers_of_owning(
    federation: Federation, transaction: AccountKeys | Pay
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of everybody who signed, in order."""
    if isinstance(transaction, PayDelegated):
        assert isinstance(transaction.signature, bytes), "one key signs"
        return [(till_key(transaction.delegate).seed, transaction.signature)]
    account = transaction.payer if isinstance(transaction, Pay) else transaction.account
    return account_signers(federation, account, transaction.signature)


def account_signers(
    federation: Federation, account: int, signature: AccountSignature
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of an account's owner, or of those of several who signed."""
    if isinstance(signature, bytes):
        return [(federation.member_key(1, account).seed, signature)]
    return [(owner_key(account, place).seed, each) for place, each in signature]


def owning_vectors() -> Case:
    """Entries and what they earn in a given state, and a log with tills and owners."""
    books = stage_owning()
    cases: list[Case] = []
    for table in OWNING_TABLES:
        entry = encode_entry(books.now, table.transaction(books))
        cases.append({"note": f"{table.name}, valid", "entry": entry.hex(), "refusal": None})
        for fault in table.faults:
            entry = encode_entry(books.now, table.transaction(books, fault))
            note = f"{table.name}: {fault.refusal.code}"
            cases.append({"note": note, "entry": entry.hex(), **refused(fault.refusal)})
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
        "history": history(),
    }


def history() -> dict[str, Any]:
    """Tills that pay and are taken away, and owners who come and go."""
    books = open_books(build_federation(seed="vectors of owning", coops=1))
    federation = books.federation
    books.admit(1, *range(1, 6))
    books.append(1, delegate(federation, 1, 1), delegate(federation, 1, 1, revision=2, place=1))
    for amount in (100, 30):
        books.append(1, next_delegated(books, 1, 0, 2, amount))
    books.now += DAY
    books.append(1, next_delegated(books, 1, 0, 2, 100), next_delegated(books, 1, 1, 2, 1))
    books.append(1, revoke(federation, 1, 1, revision=3, place=1))
    books.append(1, set_owners(federation, 1, 3))
    books.append(1, pay_jointly(federation, 1, 3, sequence=1, payee=2, owners=(1, 2)))
    books.append(1, delegate(federation, 1, 3, revision=2, owners=(0, 1)))
    books.append(1, next_delegated(books, 3, 0, 2, 60))
    keys = (owner_key(3, 1).public_key, *owner_keys(3, 1))
    books.append(1, set_owners(federation, 1, 3, revision=3, keys=keys, owners=(0, 1, 2)))
    books.append(1, set_owners(federation, 1, 4), rekey(federation, 1, 1, revision=4))
    rows = {
        chapter: [[key.hex(), value.hex()] for key, value in books.validator.rows(1, chapter)]
        for chapter in ("delegates", "owners")
    }
    return {
        "charter": federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "rows": rows,
    }
