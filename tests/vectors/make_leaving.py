"""The vectors of memberships that end, PROTOCOL section 13.8, for `make_vectors`."""

from typing import Any

from ledger.codec import MAX, decode
from ledger.entries import encode_entry
from ledger.government.actions import Expel
from ledger.government.articles import Article
from ledger.government.leaving import SETTLED_CHAPTER, Step
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Federation, build_federation, open_books
from tests.government_builders import govern
from tests.guarantee_builders import next_guarantee
from tests.leaving_builders import CLAIM_TERM, leave, settle, take_step
from tests.ledger.rules.leaving_tables import LEAVING_TABLES, stage_leaving
from tests.ledger.rules.tables import HOME
from tests.vectors.make_logs import Case, log_of, refused
from tests.voting_builders import YES, cast, close, open_vote


def encoded_leavings(federation: Federation) -> dict[str, bytes]:
    """A transaction of every kind of this section."""
    return {
        "leaving": leave(federation, 1, 7),
        "leaving, for somebody": leave(federation, 1, 7, revision=300, payee=70_000),
        "leaving, owing": leave(federation, 1, 7, revision=2, debt=70_000, stewards=None),
        "claim": settle(federation, 1, 7, Step.CLAIM, revision=3),
        "settlement": settle(federation, 1, 7, Step.SETTLE, revision=4),
        "claim withdrawn": settle(federation, 1, 7, Step.WITHDRAW, revision=70_000),
    }


def leaving_vectors() -> Case:
    """Entries and what they earn in a given state, and a log in which memberships end."""
    books = stage_leaving()
    cases: list[Case] = []
    for table in LEAVING_TABLES:
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
    """Every way in which a membership ends."""
    books = open_books(build_federation(seed="vectors of leaving", coops=1))
    federation = books.federation
    books.admit(1, *range(1, 11))
    govern(books, 1, {Article.COMMONS_DEBT: 100})
    for guarantor, member, cap in ((8, 1, 10), (9, 1, 20), (10, 1, 40), (9, 3, 5), (8, 4, 99)):
        books.append(1, next_guarantee(books, guarantor, member, cap))
    # Of these debts the guarantors pay a part with remainders, all, a part, and nothing.
    for debtor, owed in ((1, 50), (3, 25), (4, 50), (5, 30)):
        books.pay(1, debtor, 1, 2, owed)
    books.pay(1, 2, 1, 6, 40)
    books.append(1, leave(federation, 1, 1, debt=50, stewards=None))
    take_step(books, 3, Step.CLAIM)
    take_step(books, 4, Step.CLAIM)
    take_step(books, 4, Step.WITHDRAW)
    number = open_vote(books, action=Expel(account=5, payee=7), about=(5,))
    cast(books, number, (2, YES))
    close(books, number)
    books.now += CLAIM_TERM
    take_step(books, 3, Step.SETTLE)
    books.append(1, leave(federation, 1, 6, payee=7), leave(federation, 1, 2))
    books.append(1, leave(federation, 1, 10, debt=MAX, stewards=None))
    accounts = list(books.validator.accounts(1))
    closed = [account.number for account in accounts if account.status is Status.CLOSED]
    assert closed == [1, 2, 3, 5, 6, 10]
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "balances": {str(account.number): account.balance for account in accounts},
        "commons": books.balance(1, 0),
        "settled": {
            str(decode(key)): value.hex() for key, value in books.validator.rows(1, SETTLED_CHAPTER)
        },
    }
