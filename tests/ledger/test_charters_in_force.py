"""Each log is judged by the charter in force for it, and by no other log's.

Logs of one federation are given different ones here by hand: a coop more, another key, another quorum. How
entries change a log's charter is tested in `rules/test_charter.py`. What one log's charter has is nothing to
a log whose charter hasn't.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from ledger.chain import extend, sign_head
from ledger.charter import Charter, Coop
from ledger.entries import encode_entry
from ledger.errors import ProofError
from ledger.evidence import InvalidEntryEvidence
from ledger.founding import Founding
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, Federation, MakeValidator, build_federation, signing_key
from tests.charters import keyed, with_coop, with_node_key
from tests.index_builders import index_lines, official
from tests.ledger.conftest import make_native
from tests.needs import missing_native

FOUNDED = build_federation(seed="in force", coops=3)
GROWN = build_federation(seed="in force", coops=4, index=index_lines(coops=4))
"""The same people, and one coop more."""
PEOPLE = replace(
    GROWN,
    founding=replace(FOUNDED.founding, genesis=replace(FOUNDED.charter, coops=GROWN.charter.coops)),
)
"""Everybody's keys, for what is signed in the federation that three coops founded."""
OTHER_KEY = signing_key("in force", "another node key")
PERIOD = 2025 * 12 + 10
"""The first month whose print the index can take."""


Begin = Callable[..., Books]


@pytest.fixture
def with_charters(make_validator: MakeValidator) -> Begin:
    """Begins books in which the logs named as `log1`, `log2` go by the charters that are given for them."""

    def begin(**charters: Charter) -> Books:
        validator = make_validator(FOUNDED.founding)
        for name, charter in charters.items():
            validator.go_by(int(name.removeprefix("log")), charter)
        books = Books(PEOPLE, validator)
        books.logs = {coop: [] for coop in validator.coops}
        return books

    return begin


def grown() -> Charter:
    """The founding charter with a fourth coop."""
    return replace(FOUNDED.charter, coops=GROWN.charter.coops)


def test_without_changes_all_logs_go_by_the_founding_charter(make_validator: MakeValidator) -> None:
    validator = make_validator(FOUNDED.founding)
    assert list(validator.coops) == [1, 2, 3]
    assert all(validator.charter(coop) is FOUNDED.founding.genesis for coop in validator.coops)


def test_a_coop_is_there_for_the_logs_whose_charter_has_it(with_charters: Begin) -> None:
    books = with_charters(log1=grown(), log4=grown())
    assert list(books.validator.coops) == [1, 2, 3, 4]
    for coop in (1, 2, 4):
        books.admit(coop, 1)
    assert books.refusal(2, books.next_pay(2, 1, 4, 0, 10)) is Refusal.COOP_UNKNOWN
    assert books.refusal(2, books.anchor_bytes(4)) is Refusal.COOP_UNKNOWN
    books.pay(1, 1, 4, 0, 10)
    books.anchor(4, 1)
    assert books.balance(4, 0) == 10
    # The fourth coop pays, too, and is taken in where it is known.
    books.pay(4, 1, 1, 1, 5)
    books.anchor(1, 4)
    assert books.balance(1, 1) == -10 + 5
    assert find_violations(books.validator) == []


def test_a_witness_is_one_of_the_logs_charter(with_charters: Begin) -> None:
    books = with_charters(log1=grown(), log4=grown())
    books.admit(3, 1)
    signed = books.signed_head(3)
    anchor = PEOPLE.anchor(3, length=signed.length, head=signed.head, signers=[3, 4])
    assert books.refusal(1, anchor) is None
    assert books.refusal(2, anchor) is Refusal.WITNESS_UNKNOWN


def test_the_quorum_of_witnesses_is_that_of_the_log_that_anchors(with_charters: Begin) -> None:
    books = with_charters(log1=replace(FOUNDED.charter, witness_quorum=1))
    books.admit(3, 1)
    signed = books.signed_head(3)
    anchor = PEOPLE.anchor(3, length=signed.length, head=signed.head, signers=[3])
    assert books.refusal(1, anchor) is Refusal.WITNESSES_TOO_FEW
    assert books.refusal(2, anchor) is None


def test_an_anchor_is_signed_with_the_key_that_the_anchoring_logs_charter_names(
    with_charters: Begin,
) -> None:
    books = with_charters(log1=with_node_key(FOUNDED.charter, 3, OTHER_KEY))
    books.admit(3, 1)
    head = books.head(3, 1)
    old = PEOPLE.anchor(3, length=1, head=head)
    new = keyed(PEOPLE, 3, OTHER_KEY).anchor(3, length=1, head=head)
    assert books.refusal(1, old) is Refusal.SIGNATURE_INVALID
    assert books.refusal(2, new) is Refusal.SIGNATURE_INVALID
    assert books.refusal(1, new) is None
    assert books.refusal(2, old) is None


def test_stewards_are_those_of_the_logs_charter(with_charters: Begin) -> None:
    others = GROWN.charter.coops[2].stewards
    books = with_charters(
        log1=with_coop(FOUNDED.charter, 1, lambda coop: replace(coop, stewards=others))
    )
    theirs = replace(PEOPLE, steward_keys={1: GROWN.steward_keys[2]})
    assert books.refusal(1, PEOPLE.admit(1, 1)) is Refusal.SIGNATURE_INVALID
    assert books.refusal(1, theirs.admit(1, 1)) is None


def test_a_clearing_limit_is_that_of_the_logs_charter(with_charters: Begin) -> None:
    poor = with_coop(FOUNDED.charter, 1, lambda coop: replace(coop, clearing_limit=9))
    books = with_charters(log1=poor, log2=poor)
    for coop in (1, 2):
        books.admit(coop, 1)
    assert books.refusal(1, books.next_pay(1, 1, 3, 0, 10)) is Refusal.CLEARING_LIMIT_EXCEEDED
    books.pay(2, 1, 3, 0, 10)
    assert find_violations(books.validator) == []


def test_a_day_has_the_room_that_the_logs_charter_gives_it(with_charters: Begin) -> None:
    bounded = replace(FOUNDED.charter, entries_per_day=1)
    books = with_charters(log1=bounded)
    for coop in (1, 2):
        books.admit(coop, 1)
    assert books.refusal(1, PEOPLE.admit(1, 2)) is Refusal.DAY_FULL
    books.admit(2, 2)
    counts = [books.validator.log(coop).others_today for coop in (1, 2)]
    assert counts == [1, 0]


def test_an_index_is_taken_in_by_the_logs_whose_charter_has_one(with_charters: Begin) -> None:
    chartered = GROWN.charter.index
    assert chartered is not None
    indexed = replace(grown(), index=chartered)
    books = with_charters(log1=indexed, log4=indexed)
    entry = official(PEOPLE, PERIOD, 25, signers=[1, 2, 4])
    assert books.refusal(2, entry) is Refusal.INDEX_NOT_CHARTERED
    assert books.refusal(1, entry) is None
    stricter = replace(indexed, index=replace(chartered, publishers=(1, 2, 3)))
    assert with_charters(log1=stricter).refusal(1, entry) is Refusal.PUBLISHER_UNKNOWN


def test_a_head_and_a_receipt_are_judged_by_the_charter_that_is_given(with_charters: Begin) -> None:
    books = with_charters(log3=with_node_key(FOUNDED.charter, 3, OTHER_KEY))
    books.admit(3, 1)
    signed = books.signed_head(3)
    signed.check(books.validator.charter(1))
    with pytest.raises(ProofError):
        signed.check(books.validator.charter(3))
    receipt = books.receipt(3, 1)
    assert receipt.check(books.validator.charter(1)).time == books.now
    with pytest.raises(ProofError):
        receipt.check(books.validator.charter(3))


def test_evidence_is_signed_with_the_key_that_the_logs_charter_names(with_charters: Begin) -> None:
    books = with_charters(log1=with_node_key(FOUNDED.charter, 1, OTHER_KEY))
    books.admit(1, 1)
    entry = encode_entry(books.now, PEOPLE.admit(1, 1))
    head = extend(books.head(1, 1), entry)
    for key, is_proof in ((OTHER_KEY, True), (PEOPLE.node_keys[1], False)):
        signed = sign_head(key, federation=FOUNDED.id, coop=1, length=2, head=head)
        evidence = InvalidEntryEvidence(
            number=2,
            previous=books.head(1, 1),
            entries=(entry,),
            signed=signed,
            refusal=Refusal.ACCOUNT_EXISTS,
        )
        if is_proof:
            evidence.check(books.validator)
        else:
            with pytest.raises(ProofError, match="not a signature"):
                evidence.check(books.validator)


def test_evidence_of_an_invalid_entry_is_judged_by_the_charter_of_the_log_it_is_in(
    with_charters: Begin,
) -> None:
    """The same bytes are invalid in one log's eyes only: those of the log in which they stand."""
    for charter, is_proof in ((FOUNDED.charter, True), (grown(), False)):
        books = with_charters(log1=charter, log4=grown())
        books.admit(1, 1)
        pay = books.next_pay(1, 1, 4, 0, 10)
        entry = encode_entry(books.now, pay)
        head = books.head(1, 1)
        after = sign_head(
            PEOPLE.node_keys[1],
            federation=FOUNDED.id,
            coop=1,
            length=2,
            head=extend(head, entry),
        )
        evidence = InvalidEntryEvidence(
            number=2, previous=head, entries=(entry,), signed=after, refusal=Refusal.COOP_UNKNOWN
        )
        if is_proof:
            evidence.check(books.validator)
        else:
            with pytest.raises(ProofError, match="the entry is valid"):
                evidence.check(books.validator)


def test_a_coop_that_is_added_renumbers_nothing() -> None:
    """A coop may join with any number: here the lowest of all, though it comes last."""
    digests = set()
    for make_validator in validators():
        books = Books(with_lowest(), make_validator(founded_from_2()))
        for coop in (2, 3, 4):
            books.admit(coop, 1, 2)
        for home, other in permutations((2, 3, 4), 2):
            books.anchor(home, other)
        books.pay(3, 1, 4, 2, 10)
        books.pay(4, 1, 3, 2, 20)
        books.anchor(3, 4)
        validator = books.validator
        transit, anchored = (
            validator.in_transit(3),
            [validator.log(coop).anchored for coop in (2, 3)],
        )
        validator.go_by(3, with_lowest().charter)
        assert list(validator.coops) == [1, 2, 3, 4]
        assert validator.in_transit(3) == transit
        assert validator.log(2).anchored == anchored[0]
        assert validator.log(3).anchored == {1: 0, **anchored[1]}
        books.admit(1, 1)
        books.anchor(3, 1)
        books.pay(3, 1, 1, 1, 30)
        books.anchor(1, 3)
        books.pay(1, 1, 3, 2, 5)
        books.set_status(3, 2, Status.FROZEN)
        books.anchor(3, 1)
        books.anchor(4, 3)
        assert [books.balance(coop, 1) for coop in (1, 3, 4)] == [25, -40, -20]
        assert books.balance(3, 2) == 25
        assert find_violations(books.validator) == []
        digests.add((books.validator.digest(), books.validator.snapshot()))
    assert len(digests) == 1


def validators() -> list[MakeValidator]:
    """All that can be compared here."""
    missing = missing_native()
    return [ReferenceValidator] if missing else [ReferenceValidator, make_native]


def founded_from_2() -> Founding:
    """The founding charter with the numbers 2 to 4."""
    coops = {coop.number + 1: renumbered(coop, 1) for coop in FOUNDED.charter.coops.values()}
    return replace(FOUNDED.founding, genesis=replace(FOUNDED.charter, coops=coops))


def with_lowest() -> Federation:
    """That federation as it is with a fourth coop, whose number is 1."""
    fourth, *founders = (
        renumbered(GROWN.charter.coops[number], by)
        for number, by in ((4, -3), (1, 1), (2, 1), (3, 1))
    )
    coops = {coop.number: coop for coop in (fourth, *founders)}
    keys = GROWN.node_keys
    stewards = GROWN.steward_keys
    return replace(
        GROWN,
        founding=replace(FOUNDED.founding, genesis=replace(FOUNDED.charter, coops=coops)),
        node_keys={1: keys[4], 2: keys[1], 3: keys[2], 4: keys[3]},
        steward_keys={1: stewards[4], 2: stewards[1], 3: stewards[2], 4: stewards[3]},
    )


def renumbered(coop: Coop, by: int) -> Coop:
    """The coop with a number that is so much higher."""
    return replace(coop, number=coop.number + by)


@pytest.mark.needs_native
def test_a_log_goes_by_a_charter_that_has_its_coop() -> None:
    validator = make_native(FOUNDED.founding)
    with pytest.raises(ValueError, match="has its coop"):
        validator.go_by(4, FOUNDED.charter)
    assert list(validator.coops) == [1, 2, 3]
