"""The vectors of proposals and votes, PROTOCOL sections 13.2 to 13.5, for `make_vectors`."""

from dataclasses import replace
from typing import Any

from ledger.codec import decode
from ledger.entries import decode_transaction, encode_entry
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.refusals import Refusal
from ledger.rules.government.register import PROPOSALS_CHAPTER
from ledger.transactions import Attest, Propose, Vote, encode_transaction
from tests.builders import START, Books, Federation, build_federation, open_books
from tests.ledger.rules.tables import HOME
from tests.ledger.rules.voting_tables import VOTING_TABLES, stage_votes
from tests.vectors.make_owning import account_signers
from tests.voting_builders import (
    ABSTAIN,
    DAY,
    ELECTION,
    NO,
    NOTICE,
    SECOND_CALL,
    YES,
    attest,
    cast,
    close,
    enact,
    message,
    open_vote,
    proposal_of,
    propose,
    vote,
)

Case = dict[str, Any]


def encoded_votes(federation: Federation) -> dict[str, bytes]:
    """A transaction of every kind of this section and, in a proposal, of every action."""
    first, second = START + NOTICE, START + NOTICE + SECOND_CALL
    actions: dict[str, Action] = {
        "resolution": Resolve(is_special=True),
        "election": Elect(seats=((3, second + DAY), (7, second + 2 * DAY)), threshold=2),
        "recall": Recall(places=(0, 70_000)),
        "limit": DecideLimit(account=7, limit=50, from_=1, until=2, after=3),
        "status": DecideStatus(account=7, is_frozen=False),
        "expulsion": Expel(account=7, payee=None),
        "bylaws": AmendBylaws(articles=((1, 2), (70, 20_000))),
        "spending": DecideSpend(payee=7, amount=1_250),
        "levy": DecideLevy(positive=1_000, negative=500),
    }
    proposals = {
        f"proposal, {name}": propose(
            federation, 1, number, first=first, second=second, action=action
        )
        for number, (name, action) in enumerate(actions.items(), start=1)
    }
    return {
        **proposals,
        "proposal by members, about two, held elsewhere": propose(
            federation,
            1,
            300,
            first=first,
            second=second,
            ballot=ELECTION,
            about=(3, 70_000),
            members=(1, 2, 300),
        ),
        "vote": vote(federation, 1, 7, 300, ABSTAIN, sequence=2),
        "result of an election elsewhere": attest(federation, 1, 300, yes=200, no=70_000),
        "enactment": enact(300, yes=1, no=200, abstain=70_000),
    }


def signers_of_voting(
    federation: Federation, transaction: Propose | Vote | Attest
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of everybody who signed, in order."""
    if isinstance(transaction, Vote):
        return account_signers(federation, transaction.account, transaction.signature)
    members = transaction.members if isinstance(transaction, Propose) else ()
    return [
        *(
            (federation.steward_keys[1][place].seed, signature)
            for place, signature in transaction.stewards
        ),
        *((federation.member_key(1, account).seed, signature) for account, signature in members),
    ]


def voting_vectors() -> Case:
    """Entries and what they earn in a given state, and the log of a coop that decides much by votes."""
    books = stage_votes()
    cases: list[Case] = []
    for table in VOTING_TABLES:
        entry = encode_entry(books.now, table.transaction(books))
        cases.append({"note": f"{table.name}, valid", "entry": entry.hex(), "refusal": None})
        for fault in table.faults:
            entry = encode_entry(books.now, table.transaction(books, fault))
            refusal = {"refusal": fault.refusal.value, "name": fault.refusal.code}
            note = f"{table.name}: {fault.refusal.code}"
            cases.append({"note": note, "entry": entry.hex(), **refusal})
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": logs_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
        "history": history(),
    }


def logs_of(books: Books) -> dict[str, list[str]]:
    return {str(coop): [entry.hex() for entry in log] for coop, log in books.logs.items()}


def history() -> Case:
    """Votes of every sort, one after the other."""
    books = open_books(build_federation(seed="vectors of votes", coops=1))
    books.admit(1, *range(1, 11))
    _by_quorum(books)
    _by_the_second_call(books)
    _elsewhere(books)
    _about_members(books)
    _about_the_commons(books)
    rows = books.validator.rows(1, PROPOSALS_CHAPTER)
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": logs_of(books),
        "digest": books.validator.digest().hex(),
        "proposals": {str(decode(key)): value.hex() for key, value in rows},
    }


def _by_quorum(books: Books) -> None:
    number = open_vote(books, action=Resolve(is_special=True))
    cast(books, number, *((account, YES) for account in range(1, 5)), (5, NO), (6, NO))
    close(books, number)


def _by_the_second_call(books: Books) -> None:
    """An election, with a late vote that moves the closes and one that is changed."""
    until = books.now + NOTICE + SECOND_CALL + 100 * DAY
    number = open_vote(books, action=Elect(seats=((2, until), (3, until)), threshold=1))
    cast(books, number, (1, NO))
    books.now = proposal_of(books, number).first - 60
    books.append(1, vote(books.federation, 1, 1, number, YES, sequence=2))
    books.now = proposal_of(books, number).first
    cast(books, number, (2, ABSTAIN))
    close(books, number)


def _elsewhere(books: Books) -> None:
    number = open_vote(books, ballot=ELECTION, members=(4,))
    books.now = proposal_of(books, number).second
    result = attest(books.federation, 1, number, yes=2, no=1, stewards=())
    books.append(1, signed_by_elected(books, result))
    close(books, number)


def _about_members(books: Books) -> None:
    limit = DecideLimit(account=5, limit=900, from_=0, until=None, after=None)
    recall, expulsion = Recall(places=(3,)), Expel(account=6, payee=7)
    for action, about in ((limit, (5,)), (recall, (2,)), (expulsion, (6,))):
        number = open_vote(books, action=action, about=about, members=(4,))
        cast(books, number, (1, YES), (4, ABSTAIN))
        if action is expulsion:
            books.pay(1, 6, 1, 7, 5)  # who owes can't be expelled: it passes, and nothing follows
        close(books, number)


def _about_the_commons(books: Books) -> None:
    """A levy, spending from it, and bylaws that ask for more at a second call than the next vote has."""
    books.pay(1, 1, 1, 9, 1_000)
    quorum = AmendBylaws(articles=((23, 3),))
    for action, about in (
        (DecideLevy(positive=50_000, negative=1), ()),
        (DecideSpend(payee=8, amount=1), (8,)),
        (quorum, ()),
        (Resolve(), ()),
    ):
        number = open_vote(books, action=action, about=about, members=(4,))
        cast(books, number, (1, YES), (4, YES))
        close(books, number)


def signed_by_elected(books: Books, result: bytes) -> bytes:
    """The result with the signature of member 2, the steward of place 3."""
    decoded = decode_transaction(result)
    assert isinstance(decoded, Attest)
    key = books.federation.member_key(1, 2)
    signature = key.sign(message(books.federation, 1, decoded))
    return encode_transaction(replace(decoded, stewards=((3, signature),)))
