"""Checks of proposals and votes run in the order of the protocol page, and a refusal changes nothing."""

from itertools import pairwise

import pytest

from ledger.entries import encode_entry
from ledger.refusals import Refusal
from tests.builders import MakeValidator
from tests.ledger.rules.tables import HOME, Table
from tests.ledger.rules.test_order import refusals_of
from tests.ledger.rules.voting_tables import VOTING_TABLES, stage_votes

tables = pytest.mark.parametrize("table", VOTING_TABLES, ids=lambda table: str(table.name))

NEVER_TOGETHER = {
    # One entry has one action, so what stands against two kinds of them never meets, …
    (Refusal.PROPOSAL_ABOUT_WRONG, Refusal.ACCOUNT_UNKNOWN),
    (Refusal.ACCOUNT_UNKNOWN, Refusal.ELECTION_IMPOSSIBLE),
    (Refusal.ELECTION_IMPOSSIBLE, Refusal.TERM_OF_OFFICE_WRONG),
    (Refusal.TERM_OF_OFFICE_WRONG, Refusal.ACCOUNT_CLOSED),
    (Refusal.ACCOUNT_CLOSED, Refusal.PLACE_NOT_IN_OFFICE),
    (Refusal.PLACE_NOT_IN_OFFICE, Refusal.LIMIT_OUT_OF_RANGE),
    (Refusal.LIMIT_OUT_OF_RANGE, Refusal.LIMIT_DATES_INVALID),
    (Refusal.LIMIT_DATES_INVALID, Refusal.STATUS_UNCHANGED),
    (Refusal.STATUS_UNCHANGED, Refusal.COMMONS_DEBT_CEILING),
    (Refusal.COMMONS_DEBT_CEILING, Refusal.PAYEE_IS_PAYER),
    (Refusal.PAYEE_IS_PAYER, Refusal.PAYEE_UNKNOWN),
    (Refusal.PAYEE_UNKNOWN, Refusal.PAYEE_CLOSED),
    (Refusal.PAYEE_CLOSED, Refusal.BALANCE_OUT_OF_RANGE),
    (Refusal.BALANCE_OUT_OF_RANGE, Refusal.ARTICLE_UNKNOWN),
    (Refusal.ARTICLE_UNKNOWN, Refusal.ARTICLE_OUT_OF_RANGE),
    (Refusal.ARTICLE_OUT_OF_RANGE, Refusal.ARTICLES_CONTRADICT),
    (Refusal.ARTICLES_CONTRADICT, Refusal.AMOUNT_OUT_OF_RANGE),
    (Refusal.AMOUNT_OUT_OF_RANGE, Refusal.COMMONS_TOO_LOW),
    (Refusal.COMMONS_TOO_LOW, Refusal.LEVY_RATES_WRONG),
    (Refusal.STEWARD_UNKNOWN, Refusal.STEWARDS_TOO_FEW),
    (Refusal.STEWARDS_TOO_FEW, Refusal.SIGNATURE_INVALID),
    # … one vote has one account and one proposal, …
    (Refusal.ACCOUNT_UNKNOWN, Refusal.ACCOUNT_CLOSED),
    (Refusal.ACCOUNT_CLOSED, Refusal.ACCOUNT_FROZEN),
    (Refusal.PROPOSAL_UNKNOWN, Refusal.BALLOT_ELSEWHERE),
    (Refusal.BALLOT_ELSEWHERE, Refusal.VOTE_LATE),
    (Refusal.VOTE_REPEATED, Refusal.VOTE_SEQUENCE_GAP),
    (Refusal.VOTE_SEQUENCE_GAP, Refusal.VOTE_UNCHANGED),
    # … and what is attested or enacted is one proposal.
    (Refusal.PROPOSAL_UNKNOWN, Refusal.PROPOSAL_ENACTED),
    (Refusal.PROPOSAL_ENACTED, Refusal.ATTESTATION_OUT_OF_PLACE),
    (Refusal.PROPOSAL_ENACTED, Refusal.ENACTMENT_EARLY),
    # Who isn't there is nobody's member, and a proposal is about accounts that are.
    (Refusal.NOT_ON_ROLL, Refusal.ACCOUNT_CLOSED),
}


@tables
def test_without_a_fault_it_is_accepted(table: Table, make_validator: MakeValidator) -> None:
    books = stage_votes(make_validator)
    before = books.validator.digest()
    assert books.validator.judge(HOME, encode_entry(books.now, table.transaction(books))) is None
    assert books.validator.digest() == before
    books.append(HOME, table.transaction(books))
    assert books.validator.digest() != before


@tables
def test_each_fault_gets_its_refusal(table: Table, make_validator: MakeValidator) -> None:
    books = stage_votes(make_validator)
    for fault in table.faults:
        found = refusals_of(books, table.transaction(books, fault), books.now)
        assert found == {fault.refusal}, fault


@tables
def test_of_two_faults_the_earlier_is_the_refusal(
    table: Table, make_validator: MakeValidator
) -> None:
    books = stage_votes(make_validator)
    for earlier, later in table.pairs():
        found = refusals_of(books, table.transaction(books, earlier, later), books.now)
        assert found == {earlier.refusal}, (earlier, later)


@tables
def test_every_pair_of_neighbours_is_among_the_pairs(table: Table) -> None:
    order = list(dict.fromkeys(fault.refusal for fault in table.faults))
    tested = {(earlier.refusal, later.refusal) for earlier, later in table.pairs()}
    missing = set(pairwise(order)) - tested - NEVER_TOGETHER
    assert not missing
