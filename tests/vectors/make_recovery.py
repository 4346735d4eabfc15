"""The vectors of keys that change, PROTOCOL section 13.6, for `make_vectors`."""

from typing import Any, Final

from ledger.entries import encode_entry
from ledger.government.actions import DecideRecovery
from ledger.refusals import Refusal
from ledger.transactions import GuardiansNamed, ObjectTo, Recover, Rekey
from tests.builders import Federation, build_federation, open_books
from tests.ledger.rules.recovery_tables import RECOVERY_TABLES, stage_keys
from tests.ledger.rules.tables import HOME
from tests.recovery_builders import (
    OBJECTION_TERM,
    STEWARDS_WAIT,
    WAIT,
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    rekey,
    restore,
)
from tests.vectors.make_logs import Case, log_of, refused
from tests.vectors.make_owning import account_signers
from tests.voting_builders import NO, YES, cast, close, open_vote

SIGNED_BY_KEYS: Final = Rekey | GuardiansNamed | Recover | ObjectTo


def encoded_recoveries(federation: Federation) -> dict[str, bytes]:
    """A transaction of every kind of this section."""
    listed = guardian_list(2, 3, 70_000)
    return {
        "another key by its owner": rekey(federation, 1, 7),
        "guardians named": name_guardians(federation, 1, 7, 2, 3, 70_000),
        "guardians given up": name_guardians(federation, 1, 7, revision=2, needed=0, wait=0),
        "recovery by stewards": recover(federation, 1, 7),
        "recovery by guardians": recover(federation, 1, 7, guardians=listed, members=(2, 70_000)),
        "objection": object_to(federation, 1, 7, recovery=300),
        "end of a recovery": restore(7, 300),
    }


def signers_of_recovery(
    federation: Federation, transaction: Rekey | GuardiansNamed | Recover | ObjectTo
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of everybody who signed, in order."""
    own = federation.member_key(1, transaction.account).seed
    new = new_key(transaction.account).seed
    if isinstance(transaction, Rekey):
        return [(new, transaction.key_signature), (own, transaction.signature)]
    if isinstance(transaction, GuardiansNamed | ObjectTo):
        return account_signers(federation, transaction.account, transaction.signature)
    return [
        (new, transaction.key_signature),
        *((federation.member_key(1, each).seed, sign) for each, sign in transaction.members),
        *((federation.steward_keys[1][each].seed, sign) for each, sign in transaction.stewards),
    ]


def recovery_vectors() -> Case:
    """Entries and what they earn in a given state, and a log in which keys change."""
    books = stage_keys()
    cases: list[Case] = []
    for table in RECOVERY_TABLES:
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
    """Every way in which a key changes, or doesn't."""
    books = open_books(build_federation(seed="vectors of keys", coops=1))
    federation = books.federation
    books.admit(1, *range(1, 9))
    books.pay(1, 1, 1, 2, 5)
    books.append(1, rekey(federation, 1, 1), name_guardians(federation, 1, 2, 5, 6, 7))
    books.append(1, *(recover(federation, 1, account) for account in (3, 4)))
    books.append(1, object_to(federation, 1, 4))
    number = open_vote(
        books, action=DecideRecovery(account=4, recovery=1, is_new_key=False), about=(4,)
    )
    cast(books, number, (5, YES), (6, YES), (7, YES), (8, YES), (2, NO))
    books.now += STEWARDS_WAIT
    listed = guardian_list(5, 6, 7)
    books.append(1, restore(3))
    books.append(1, recover(federation, 1, 2, guardians=listed, members=(5, 7)))
    books.append(1, object_to(federation, 1, 2))
    close(books, number)
    books.now += max(WAIT, OBJECTION_TERM)
    books.append(1, restore(2))
    accounts = {account.number: account.key.hex() for account in books.validator.accounts(1)}
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "keys": {str(number): key for number, key in accounts.items()},
    }
