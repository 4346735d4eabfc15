"""How a log takes in changes of the charter: PROTOCOL sections 7.12 and 7.13, in both validators."""

from dataclasses import replace

import pytest

from ledger.chain import extend, sign_head
from ledger.charter import Standing
from ledger.charter_changes import (
    Change,
    Leave,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction, encode_entry
from ledger.errors import ProofError, SnapshotError
from ledger.evidence import InvalidEntryEvidence
from ledger.invariants import find_violations
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.rules.charter import check_content, decide_charter
from ledger.signatures import SigningKey
from ledger.validators.reference import ReferenceValidator
from tests.builders import MakeValidator, replay_logs, signing_key
from tests.charter_builders import FIFTH, FOURTH, Union, certified, join_of, open_union
from tests.ledger.rules.charter_tables import FAULTS, HEAD, OTHER_KEY, VALID, Fault, stage


@pytest.fixture
def union(make_validator: MakeValidator) -> Union:
    """Three coops, each with the accounts 1 and 2."""
    union = open_union(make_validator)
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    return union


def refusal(union: Union, change: Change, log: int = 1) -> Refusal | None:
    return union.books.refusal(log, union.next(change))


# --- the entry ---


def test_a_change_applies_from_the_next_entry_on(union: Union) -> None:
    union.decide(SetClearingLimit(coop=1, limit=9), 1)
    charter = union.books.validator.charter(1)
    assert (charter.version, charter.coops[1].clearing_limit) == (1, 9)
    assert union.books.validator.newest_charter() is charter
    pay = union.books.next_pay(1, 1, 2, 0, 10)
    assert union.books.refusal(1, pay) is Refusal.CLEARING_LIMIT_EXCEEDED


def test_a_log_that_has_not_taken_a_change_in_goes_by_what_it_has(union: Union) -> None:
    union.decide(SetClearingLimit(coop=2, limit=9), 1)
    assert union.books.validator.charter(2).version == 0
    union.books.pay(2, 1, 3, 0, 10)
    union.catch_up(2)
    assert union.books.validator.charter(2) == union.books.validator.charter(1)


def test_versions_follow_each_other(union: Union) -> None:
    first = union.next(SetClearingLimit(coop=1, limit=9))
    early = certified(union.federation, union.charter, SetClearingLimit(coop=1, limit=8), version=2)
    assert union.books.refusal(1, early) is Refusal.CHARTER_VERSION_WRONG
    union.books.append(1, first)
    assert union.books.refusal(1, first) is Refusal.CHARTER_VERSION_WRONG


def test_a_change_names_what_it_changes(union: Union) -> None:
    union.decide(SetClearingLimit(coop=1, limit=9), 1)
    change = SetClearingLimit(coop=1, limit=7)
    of_the_founding = certified(union.federation, union.charter, change, base=union.federation.id)
    assert union.books.refusal(1, of_the_founding) is Refusal.CHARTER_BASE_WRONG
    assert union.books.refusal(1, union.next(change)) is None


def test_the_base_is_that_of_all_changes_before(union: Union) -> None:
    genesis = union.books.validator.charter(1)
    assert genesis.base == union.federation.id
    union.decide(SetClearingLimit(coop=1, limit=9), 1)
    first = union.charter.base
    union.decide(SetClearingLimit(coop=1, limit=8), 1)
    assert len({genesis.base, first, union.charter.base}) == 3


@pytest.mark.parametrize(
    ("signers", "expected"),
    [
        ([1, 2], None),
        ([2, 3], None),
        ([1, 2, 3], None),
        ([1], Refusal.CHARTER_SIGNATURES_TOO_FEW),
        ([], Refusal.CHARTER_SIGNATURES_TOO_FEW),
        ([1, 4], Refusal.CHARTER_SIGNER_UNKNOWN),
    ],
)
def test_a_quorum_of_members_signs(
    union: Union, signers: list[int], expected: Refusal | None
) -> None:
    change = SetClearingLimit(coop=1, limit=9)
    entry = certified(union.federation, union.charter, change, signers=signers)
    assert union.books.refusal(1, entry) is expected


def test_every_signature_has_to_hold(union: Union) -> None:
    change = SetClearingLimit(coop=1, limit=9)
    union.with_key(2, OTHER_KEY)
    for signers in ([1, 2], [1, 2, 3]):
        entry = certified(union.federation, union.charter, change, signers=signers)
        assert union.books.refusal(1, entry) is Refusal.SIGNATURE_INVALID


def test_a_signature_is_for_its_round(union: Union) -> None:
    change = SetClearingLimit(coop=1, limit=9)
    entry = certified(union.federation, union.charter, change, round_=5)
    assert entry[-1] == 5
    assert union.books.refusal(1, entry[:-1] + b"\x04") is Refusal.SIGNATURE_INVALID
    assert union.books.refusal(1, entry) is None


# --- what changes ask ---


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_change_is_refused(make_validator: MakeValidator, fault: Fault) -> None:
    union = stage(make_validator)
    change = fault.change(union)
    charter = union.charter
    assert union.books.refusal(1, union.next(change)) is fault.refusal
    found = check_content(charter, version=charter.version + 1, base=charter.base, change=change)
    assert found is fault.refusal


def test_every_refusal_of_a_change_is_in_the_table() -> None:
    asked_elsewhere = {
        Refusal.CHARTER_VERSION_WRONG,
        Refusal.CHARTER_BASE_WRONG,
        Refusal.CHARTER_SIGNER_UNKNOWN,
        Refusal.CHARTER_SIGNATURES_TOO_FEW,
        Refusal.CHARTER_FULL,
        # In `test_charter_index` and `test_leaving`.
        Refusal.CHARTER_INDEX_IMPOSSIBLE,
        Refusal.CHARTER_DAY_WRONG,
        Refusal.CHARTER_INDEX_EARLY,
        Refusal.CHARTER_NOT_SETTLED,
    }
    of_charter = {each for each in Refusal if each.name.startswith("CHARTER_")}
    assert of_charter - asked_elsewhere <= {fault.refusal for fault in FAULTS}


@pytest.mark.parametrize("name", VALID)
def test_a_change_is_valid_in_two_logs_at_different_times(
    make_validator: MakeValidator, name: str
) -> None:
    union = stage(make_validator)
    union.decide(VALID[name](union), 1)
    assert union.books.validator.charter(2).version == 1
    union.catch_up(2)
    assert union.books.validator.charter(1) == union.books.validator.charter(2)
    assert find_violations(union.books.validator) == []


def quarantined(union: Union) -> None:
    union.decide(Quarantine(coop=3), 1)


def test_a_charter_has_1024_coops_at_most(union: Union) -> None:
    charter, fourth = union.charter, union.fourth
    for count, expected in ((1_023, None), (1_024, Refusal.CHARTER_FULL)):
        coops = {
            number: replace(fourth, number=number, name=f"c{number}", clearing_limit=0)
            for number in range(10, 10 + count)
        }
        for number, coop in coops.items():
            coops[number] = replace(coop, node_key=number.to_bytes(32, "big"))
        after = amend(replace(charter, coops=coops), join_of(union.fourth))
        assert (after if isinstance(after, Refusal) else None) is expected


# --- what changes do ---


def test_a_coop_joins(union: Union) -> None:
    books = union.books
    assert books.refusal(1, books.next_pay(1, 1, FOURTH, 0, 10)) is Refusal.COOP_UNKNOWN
    union.join_fourth(1)
    assert list(books.validator.coops) == [1, 2, 3, 4]
    assert books.validator.charter(FOURTH).version == 0
    books.pay(1, 1, FOURTH, 0, 10)
    assert books.refusal(2, books.next_pay(2, 1, FOURTH, 0, 10)) is Refusal.COOP_UNKNOWN
    books.logs[FOURTH] = []
    assert books.refusal(FOURTH, union.federation.admit(FOURTH, 1)) is Refusal.COOP_NOT_ADMITTED
    assert books.refusal(FOURTH, books.anchor_bytes(1)) is Refusal.COOP_NOT_ADMITTED
    union.catch_up(FOURTH)
    books.admit(FOURTH, 1)
    books.anchor(FOURTH, 1)
    assert books.balance(FOURTH, 0) == 10
    books.pay(FOURTH, 1, 1, 1, 4)
    books.anchor(1, FOURTH)
    assert books.balance(1, 1) == -10 + 4
    assert find_violations(books.validator) == []


def test_a_coop_that_joins_decides_with_the_others(union: Union) -> None:
    union.join_fourth()
    assert union.charter.decision_quorum == 3  # more than half of four
    change = SetClearingLimit(coop=1, limit=9)
    for signers, expected in (
        ([1, 2], Refusal.CHARTER_SIGNATURES_TOO_FEW),
        ([1, 2, FOURTH], None),
    ):
        entry = certified(union.federation, union.charter, change, signers=signers)
        assert union.books.refusal(1, entry) is expected


def test_a_limit_below_what_is_owed_stops_and_takes_nothing_back(union: Union) -> None:
    union.books.pay(1, 1, 2, 0, 100)
    union.decide(SetClearingLimit(coop=1, limit=9))
    pay = union.books.next_pay(1, 1, 2, 0, 1)
    assert union.books.refusal(1, pay) is Refusal.CLEARING_LIMIT_EXCEEDED
    assert find_violations(union.books.validator) == []
    union.decide(SetClearingLimit(coop=1, limit=8))
    assert find_violations(union.books.validator) == []
    union.decide(SetClearingLimit(coop=1, limit=101))
    assert union.books.refusal(1, pay) is None


def test_a_new_key_signs_the_heads_beyond_the_length(union: Union) -> None:
    books = union.books
    length = books.validator.log(2).length
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=length))
    books.admit(2, 3)
    old = [books.anchor_bytes(2, each) for each in (length, length + 1)]
    union.with_key(2, OTHER_KEY)
    new = [books.anchor_bytes(2, each) for each in (length, length + 1)]
    assert [books.validator.judge(1, encode_entry(books.now, each)) for each in (*old, *new)] == [
        None,
        Refusal.SIGNATURE_INVALID,
        Refusal.SIGNATURE_INVALID,
        None,
    ]
    assert [books.refusal(1, each) for each in (old[0], new[1])] == [None, None]


def test_each_of_several_keys_goes_on_to_count_for_its_part_of_the_log(union: Union) -> None:
    books, federations = union.books, [union.federation]
    books.admit(2, 3, 4)
    length = books.validator.log(2).length
    for until, key in ((length - 2, OTHER_KEY), (length - 1, signing_key("a third node key"))):
        union.decide(SetNodeKey(coop=2, key=key.public_key, length=until), 1)
        union.with_key(2, key)
        federations.append(union.federation)
    for place, federation in enumerate(federations):
        books.federation = federation
        anchors = [books.anchor_bytes(2, at) for at in (length - 2, length - 1, length)]
        found = [books.validator.judge(1, encode_entry(books.now, anchor)) for anchor in anchors]
        expected: list[Refusal | None] = [Refusal.SIGNATURE_INVALID] * 3
        expected[place] = None
        assert found == expected


def test_a_log_that_lacks_the_new_key_refuses_what_it_signed(union: Union) -> None:
    books = union.books
    length = books.validator.log(2).length
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=length), 2)
    union.with_key(2, OTHER_KEY)
    anchor = books.anchor_bytes(2)
    assert books.refusal(1, anchor) is Refusal.SIGNATURE_INVALID
    union.catch_up(1)
    assert books.refusal(1, anchor) is None


def test_heads_and_receipts_are_by_the_key_of_their_length(union: Union) -> None:
    books = union.books
    early = books.receipt(2, 1)
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=1))
    for charter, is_old_good in ((books.validator.founding.genesis, True), (union.charter, False)):
        early.check(charter)
        if is_old_good:
            books.receipt(2, 2).check(charter)
        else:
            with pytest.raises(ProofError):
                books.receipt(2, 2).check(charter)
    union.with_key(2, OTHER_KEY)
    books.receipt(2, 2).check(union.charter)
    with pytest.raises(ProofError):
        books.receipt(2, 1).check(union.charter)


def test_a_decision_is_signed_with_the_new_key(union: Union) -> None:
    union.decide(SetNodeKey(coop=1, key=OTHER_KEY.public_key, length=2), 2)
    change = SetClearingLimit(coop=1, limit=9)
    assert union.books.refusal(2, union.next(change)) is Refusal.SIGNATURE_INVALID
    union.with_key(1, OTHER_KEY)
    assert union.books.refusal(2, union.next(change)) is None


def test_a_witness_signs_with_its_new_key(make_validator: MakeValidator) -> None:
    union = open_union(make_validator, witness_quorum=1)
    books = union.books
    books.admit(2, 1)
    union.decide(SetNodeKey(coop=3, key=OTHER_KEY.public_key, length=2))
    signed = books.signed_head(2)

    def anchor() -> bytes:
        return union.federation.anchor(2, length=signed.length, head=signed.head, signers=[2, 3])

    assert books.refusal(1, anchor()) is Refusal.SIGNATURE_INVALID
    union.with_key(3, OTHER_KEY)
    assert books.refusal(1, anchor()) is None


def test_a_coop_in_quarantine_is_shut_out(union: Union) -> None:
    books = union.books
    books.pay(3, 1, 1, 0, 5)
    quarantined(union)
    assert union.charter.coops[3].standing is Standing.QUARANTINED
    assert books.refusal(1, books.next_pay(1, 1, 3, 0, 10)) is Refusal.COOP_QUARANTINED
    assert books.refusal(1, books.anchor_bytes(3)) is Refusal.COOP_QUARANTINED
    # Where it is not taken in yet, nothing has changed.
    books.pay(2, 1, 3, 0, 10)
    # It pays nobody outside; what is its own goes on.
    union.catch_up(3)
    assert books.refusal(3, books.next_pay(3, 1, 1, 0, 1)) is Refusal.COOP_QUARANTINED
    books.pay(3, 1, 3, 2, 7)
    books.anchor(3, 2)
    assert books.balance(3, 0) == 10
    assert find_violations(books.validator) == []


def test_a_coop_in_quarantine_bears_no_witness_and_decides_nothing(
    make_validator: MakeValidator,
) -> None:
    union = open_union(make_validator, witness_quorum=1)
    books = union.books
    books.admit(2, 1)
    quarantined(union)
    signed = books.signed_head(2)
    for witness, expected in ((3, Refusal.WITNESS_UNKNOWN), (1, None)):
        anchor = union.federation.anchor(
            2, length=signed.length, head=signed.head, signers=sorted([2, witness])
        )
        assert books.refusal(1, anchor) is expected
    change = SetClearingLimit(coop=1, limit=9)
    for signers, refused in (([1, 3], Refusal.CHARTER_SIGNER_UNKNOWN), ([1, 2], None)):
        entry = certified(union.federation, union.charter, change, signers=signers)
        assert books.refusal(1, entry) is refused


def test_a_quorum_that_a_join_raised_falls_again_when_one_leaves(
    make_validator: MakeValidator,
) -> None:
    union = open_union(make_validator)
    union.join_fourth()
    assert (union.charter.decision_quorum, union.charter.chosen.decision) == (3, 2)
    union.decide(Leave(coop=FOURTH), 1, 2, 3)
    assert union.charter.decision_quorum == 2


def test_quorums_that_were_chosen_stay_as_far_as_the_members_allow(
    make_validator: MakeValidator,
) -> None:
    union = open_union(make_validator)
    union.join_fourth()
    chosen = SetQuorums(witness_quorum=3, decision_quorum=3)
    union.decide(chosen)  # three of four are raised to already, and are people's will from now on
    assert refusal(union, chosen) is Refusal.CHARTER_UNCHANGED
    union.decide(Leave(coop=FOURTH), 1, 2, 3)
    assert (union.charter.decision_quorum, union.charter.witness_quorum) == (3, 2)
    union.decide(join_of(union.people[FIFTH]), 1, 2, 3)
    assert (union.charter.decision_quorum, union.charter.witness_quorum) == (3, 3)


def test_quorums_follow_the_number_of_members(make_validator: MakeValidator) -> None:
    union = open_union(make_validator, witness_quorum=2)
    union.decide(SetQuorums(witness_quorum=2, decision_quorum=3))
    quarantined(union)
    assert (union.charter.decision_quorum, union.charter.witness_quorum) == (2, 1)
    union.decide(Quarantine(coop=2), 1)
    assert (union.charter.decision_quorum, union.charter.witness_quorum) == (1, 0)
    assert refusal(union, Quarantine(coop=1)) is Refusal.CHARTER_QUORUM_IMPOSSIBLE


def test_a_coop_is_readmitted_with_another_key_and_limit(union: Union) -> None:
    books = union.books
    books.pay(3, 1, 1, 0, 5)
    quarantined(union)
    log = books.validator.log(3)
    readmission = Readmit(
        coop=3, key=OTHER_KEY.public_key, limit=20, length=log.length, head=log.head
    )
    union.decide(readmission, 1, 2, 3)
    coop = union.charter.coops[3]
    assert (coop.standing, coop.clearing_limit) == (Standing.MEMBER, 20)
    assert (coop.key_at(log.length), coop.key_at(log.length + 1)) == (
        union.federation.node_keys[3].public_key,
        OTHER_KEY.public_key,
    )
    union.with_key(3, OTHER_KEY)
    books.anchor(1, 3)
    assert books.balance(1, 0) == 5
    assert books.refusal(3, books.next_pay(3, 1, 1, 0, 16)) is Refusal.CLEARING_LIMIT_EXCEEDED
    assert books.refusal(3, books.next_pay(3, 1, 1, 0, 15)) is None
    assert find_violations(books.validator) == []


def test_a_readmission_names_where_the_log_is(union: Union) -> None:
    books = union.books
    books.anchor(1, 3)
    quarantined(union)
    union.catch_up(2)
    union.catch_up(3)
    length, head = books.validator.log(3).length, books.validator.log(3).head
    key = union.charter.coops[3].node_key

    def refused_in(log: int, length: int, head: bytes) -> object:
        change = Readmit(coop=3, key=key, limit=20, length=length, head=head)
        return books.validator.judge(log, encode_entry(books.now, union.next(change)))

    # In its own log.
    assert refused_in(3, length + 1, head) is Refusal.CHARTER_LENGTH_WRONG
    assert refused_in(3, length, HEAD) is Refusal.CHARTER_LENGTH_WRONG
    # In the others nothing stands against a wrong one: it must not keep them from all later versions.
    assert refused_in(1, 1, HEAD) is None
    assert refused_in(2, 1, HEAD) is None
    assert refused_in(1, 2, head) is None
    assert refused_in(3, length, head) is None


@pytest.mark.parametrize("key", [OTHER_KEY, signing_key("a third node key")])
def test_a_readmission_does_not_go_back_behind_a_key_of_before(
    union: Union, key: SigningKey
) -> None:
    length = union.books.validator.log(3).length
    union.decide(SetNodeKey(coop=3, key=OTHER_KEY.public_key, length=length), 1)
    union.decide(Quarantine(coop=3), 1)
    change = Readmit(coop=3, key=key.public_key, limit=20, length=length - 1, head=HEAD)
    assert refusal(union, change) is Refusal.CHARTER_LENGTH_WRONG
    assert refusal(union, replace(change, length=length)) is None


def test_the_bound_of_a_day_counts_from_the_next_entry_on(union: Union) -> None:
    books = union.books
    union.decide(SetEntriesPerDay(entries_per_day=1), 1)
    books.admit(1, 3)
    assert books.refusal(1, union.federation.admit(1, 4)) is Refusal.DAY_FULL
    change = SetEntriesPerDay(entries_per_day=None)
    assert refusal(union, change) is Refusal.DAY_FULL
    books.now += 86_400
    union.decide(change, 1)
    books.admit(1, 4, 5)
    assert books.validator.log(1).others_today == 0


def test_a_coop_gets_other_stewards(union: Union) -> None:
    books = union.books
    change = SetStewards(coop=1, threshold=1, stewards=union.fourth.stewards)
    union.decide(change, 1)
    assert books.refusal(1, union.federation.admit(1, 3)) is Refusal.SIGNATURE_INVALID
    keys = {1: union.federation.steward_keys[FOURTH]}
    books.federation = replace(union.federation, steward_keys=keys)
    assert books.refusal(1, union.federation.admit(1, 3, stewards=[0])) is None


def test_a_run_of_entries_may_change_its_own_rules(union: Union) -> None:
    """One call sequences, and one replays, entries before and after a change of who may sign them."""
    people = union.federation
    keys = {1: people.steward_keys[FOURTH]}
    others = replace(people, steward_keys=keys)
    change = SetStewards(coop=1, threshold=2, stewards=union.fourth.stewards)
    union.books.append(
        1,
        *(people.admit(1, number) for number in range(10, 20)),
        union.next(change),
        *(others.admit(1, number) for number in range(20, 30)),
    )
    again = replay_logs(people, {1: union.books.logs[1]}, type(union.books.validator))
    assert again.log(1) == union.books.validator.log(1)
    assert again.charter(1) == union.books.validator.charter(1)


def test_the_newest_charter_is_that_of_the_highest_version(union: Union) -> None:
    validator = union.books.validator
    assert validator.newest_charter() is validator.founding.genesis
    union.decide(SetClearingLimit(coop=1, limit=9), 3)
    union.decide(SetClearingLimit(coop=1, limit=8), 2)
    assert validator.newest_charter() is validator.charter(2)


def test_a_log_that_was_opened_is_empty_and_goes_by_the_founding_charter(union: Union) -> None:
    validator = union.books.validator
    before = validator.digest()
    for coop in (FOURTH, FOURTH, 1):
        validator.open_log(coop)
    assert list(validator.coops) == [1, 2, 3, FOURTH]
    assert validator.log(FOURTH).length == 0
    assert validator.charter(FOURTH) is validator.founding.genesis
    assert validator.digest() != before


def test_a_snapshot_has_the_charters(union: Union) -> None:
    union.join_fourth(1, 3, FOURTH)
    union.decide(SetEntriesPerDay(entries_per_day=100), 1)
    union.books.pay(1, 1, FOURTH, 0, 10)
    validator = union.books.validator
    loaded = type(validator).load(validator.founding, validator.snapshot())  # type: ignore[attr-defined]
    assert loaded.digest() == validator.digest()
    assert loaded.snapshot() == validator.snapshot()
    for coop in validator.coops:
        assert loaded.charter(coop) == validator.charter(coop)
        assert loaded.log(coop) == validator.log(coop)


def test_a_snapshot_with_other_changes_is_refused(union: Union) -> None:
    union.decide(SetClearingLimit(coop=1, limit=9))
    validator = union.books.validator
    snapshot = validator.snapshot()
    for at in (20, 50, 60, 100, len(snapshot) - 1):
        damaged = snapshot[:at] + bytes([snapshot[at] ^ 1]) + snapshot[at + 1 :]
        with pytest.raises(SnapshotError):
            type(validator).load(validator.founding, damaged)  # type: ignore[attr-defined]
    other = open_union(seed="another").books.validator.founding
    with pytest.raises(SnapshotError):
        type(validator).load(other, snapshot)  # type: ignore[attr-defined]


def test_both_validators_say_the_same(make_validator: MakeValidator) -> None:
    """Digests and snapshots are those of the reference validator, byte by byte."""
    found = []
    for make in (make_validator, ReferenceValidator):
        union = open_union(make)
        for coop in (1, 2, 3):
            union.books.admit(coop, 1)
        union.join_fourth()
        union.books.admit(FOURTH, 1)
        union.books.pay(1, 1, FOURTH, 0, 10)
        quarantined(union)
        union.decide(SetEntriesPerDay(entries_per_day=3), 1, 2)
        union.books.anchor(FOURTH, 1)
        found.append((union.books.validator.digest(), union.books.validator.snapshot()))
    assert found[0] == found[1]


def test_who_follows_the_charter_needs_no_log(union: Union) -> None:
    charter = union.charter
    entry = decode_transaction(union.next(SetClearingLimit(coop=1, limit=9)))
    assert isinstance(entry, CharterEntry)
    after = decide_charter(entry, charter=charter, log=None)
    union.decide(SetClearingLimit(coop=1, limit=9), 1)
    assert after == union.charter
    unsigned = replace(entry, signatures=entry.signatures[:1])
    refused = decide_charter(unsigned, charter=charter, log=None)
    assert refused is Refusal.CHARTER_SIGNATURES_TOO_FEW


def test_evidence_of_an_invalid_entry_is_by_the_newest_key(union: Union) -> None:
    """The coop's own log has not taken in yet that its node has another key."""
    books = union.books
    union.decide(SetNodeKey(coop=2, key=OTHER_KEY.public_key, length=2), 1)
    entry = encode_entry(books.now, union.federation.admit(2, 1))
    previous = books.head(2, 2)
    for key, is_proof in ((OTHER_KEY, True), (union.federation.node_keys[2], False)):
        signed = sign_head(
            key, federation=union.federation.id, coop=2, length=3, head=extend(previous, entry)
        )
        evidence = InvalidEntryEvidence(
            number=3,
            previous=previous,
            entries=(entry,),
            signed=signed,
            refusal=Refusal.ACCOUNT_EXISTS,
        )
        if is_proof:
            evidence.check(books.validator)
        else:
            with pytest.raises(ProofError, match="not a signature"):
                evidence.check(books.validator)
