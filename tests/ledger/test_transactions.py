"""Transactions survive encoding, and every other shape is refused."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.account_keys import Caps
from ledger.agreement import Turn
from ledger.charter import Steward
from ledger.charter_changes import (
    DecideBranch,
    Join,
    Quarantine,
    Readmit,
    SetClearingLimit,
    SetEntriesPerDay,
    SetNodeKey,
    SetQuorums,
    SetStewards,
)
from ledger.codec import MAX, Value, encode
from ledger.decisions import Observation, Observations
from ledger.entries import (
    LAST_TIME,
    MAX_ENTRY_BYTES,
    Entry,
    decode_entry,
    decode_transaction,
    encode_entry,
    transaction_kind,
)
from ledger.government.actions import (
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.recovery import MAX_GUARDIANS, SALT_BYTES, GuardianList
from ledger.government.voting import MAX_DEMANDING, Choice
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.refusals import Refusal
from ledger.shapes import MAX_DELEGATES, MAX_OWNERS, MAX_PAYEES, MAX_PUBLISHERS
from ledger.transactions import (
    MAX_ANCHOR_SIGNATURES,
    MAX_NUMBER,
    MAX_STEWARDS,
    Acknowledge,
    Admit,
    AdoptBylaws,
    Anchor,
    Attest,
    CharterEntry,
    Delegate,
    Enact,
    Guarantee,
    GuardiansNamed,
    IndexEntry,
    Kind,
    Lapse,
    Leave,
    Levy,
    Limit,
    ObjectTo,
    OpenBooks,
    Pay,
    PayDelegated,
    Price,
    Propose,
    Recover,
    Rekey,
    Restore,
    Return,
    SetOwners,
    SetStatus,
    Settle,
    Signatures,
    Spend,
    Status,
    Step,
    Transaction,
    Vote,
    encode_transaction,
    signed_part,
)

numbers = st.integers(0, MAX_NUMBER)
uints = st.integers(0, MAX)
times = st.integers(0, LAST_TIME)
any_integers = st.integers(-(2**63), 2**64 - 1)
hashes = st.binary(min_size=32, max_size=32)
signatures_of_64 = st.binary(min_size=64, max_size=64)


def signatures(most: int) -> st.SearchStrategy[Signatures]:
    pairs = st.dictionaries(numbers, signatures_of_64, max_size=min(most, 6))
    return pairs.map(lambda found: tuple(sorted(found.items())))


account_signatures = signatures_of_64 | signatures(MAX_OWNERS).filter(bool)
payees = st.none() | st.sets(st.tuples(numbers, numbers), min_size=1, max_size=MAX_PAYEES).map(
    lambda pairs: tuple(sorted(pairs))
)
delegations = st.builds(
    Delegate,
    account=numbers,
    revision=uints,
    place=st.integers(0, MAX_DELEGATES - 1),
    key=st.none() | hashes,
    caps=st.builds(Caps, per_payment=uints, per_day=uints, until=uints, payees=payees),
    signature=account_signatures,
)
owners = st.builds(
    SetOwners,
    account=numbers,
    revision=uints,
    needed=uints,
    keys=st.lists(hashes, min_size=1, max_size=MAX_OWNERS).map(tuple),
    signature=account_signatures,
)
pays = st.builds(
    Pay,
    payer=numbers,
    sequence=uints,
    payee_coop=numbers,
    payee=numbers,
    amount=any_integers,
    fee=any_integers,
    reference=st.none() | hashes,
    price=st.none() | st.builds(Price, minor=uints, day=uints),
    signature=account_signatures,
)
delegated_pays = st.builds(
    PayDelegated,
    payer=numbers,
    sequence=uints,
    payee_coop=numbers,
    payee=numbers,
    amount=any_integers,
    fee=any_integers,
    reference=st.none() | hashes,
    price=st.none() | st.builds(Price, minor=uints, day=uints),
    delegate=st.integers(0, MAX_DELEGATES - 1),
    signature=signatures_of_64,
)
admits = st.builds(
    Admit,
    account=numbers,
    key=hashes,
    handle=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,31}", fullmatch=True) | hashes,
    class_=st.integers(0, 15),
    limit=any_integers,
    key_signature=signatures_of_64,
    stewards=signatures(MAX_STEWARDS),
)


def make_limit(dates: tuple[int, int] | None, **fields: Any) -> Limit:
    until, after = dates or (None, None)
    return Limit(until=until, after=after, **fields)


limits = st.builds(
    make_limit,
    st.none() | st.tuples(uints, any_integers),
    account=numbers,
    revision=uints,
    limit=any_integers,
    from_=uints,
    reason=hashes,
    stewards=signatures(MAX_STEWARDS),
)
statuses = st.builds(
    SetStatus,
    account=numbers,
    revision=uints,
    status=st.sampled_from(Status),
    reason=hashes,
    stewards=signatures(MAX_STEWARDS),
)
anchors = st.builds(
    Anchor, coop=numbers, length=uints, head=hashes, signatures=signatures(MAX_ANCHOR_SIGNATURES)
)
returns = st.builds(Return, coop=numbers, number=uints)
prints = st.builds(
    Print,
    period=uints,
    value=any_integers,
    source=uints,
    is_stand_in=st.booleans(),
    late=st.lists(st.builds(LateChange, period=uints, change=any_integers), max_size=3).map(tuple),
)


def make_observations(found: dict[int, tuple[int, bytes, bytes]]) -> Observations:
    return tuple(
        Observation(coop=coop, level=level, survey_hash=survey, signature=signature)
        for coop, (level, survey, signature) in sorted(found.items())
    )


observations = st.dictionaries(numbers, st.tuples(uints, hashes, signatures_of_64), max_size=3).map(
    make_observations
)
index_entries = st.builds(
    IndexEntry,
    decided=prints,
    observations=st.none() | observations,
    signatures=signatures(MAX_PUBLISHERS),
) | st.builds(
    IndexEntry,
    decided=st.builds(SourceChange, number=uints, first_period=uints, description_hash=hashes),
    signatures=signatures(MAX_PUBLISHERS),
)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
coop_numbers = st.integers(1, MAX_NUMBER)
stewards = st.lists(hashes, min_size=1, max_size=3, unique=True).map(
    lambda keys: tuple(Steward(name="ana", key=key) for key in keys)
)
changes = st.one_of(
    st.builds(
        Join,
        coop=coop_numbers,
        name=names,
        title=names,
        node_key=hashes,
        clearing_limit=uints,
        steward_threshold=st.just(1),
        stewards=stewards,
        bylaws=st.none() | hashes,
    ),
    st.builds(SetClearingLimit, coop=coop_numbers, limit=uints),
    st.builds(SetNodeKey, coop=coop_numbers, key=hashes, length=uints),
    st.builds(Quarantine, coop=coop_numbers),
    st.builds(Readmit, coop=coop_numbers, key=hashes, limit=uints, length=uints, head=hashes),
    st.builds(
        DecideBranch,
        coop=coop_numbers,
        length=uints,
        head=hashes,
        losses=st.dictionaries(coop_numbers, st.integers(1, MAX), max_size=3).map(
            lambda losses: tuple(sorted(losses.items()))
        ),
    ),
    st.builds(SetQuorums, witness_quorum=uints, decision_quorum=uints),
    st.builds(SetEntriesPerDay, entries_per_day=st.none() | st.integers(1, MAX)),
    st.builds(SetStewards, coop=coop_numbers, threshold=st.just(1), stewards=stewards),
)
charter_entries = st.builds(
    CharterEntry,
    version=st.integers(1, MAX),
    base=hashes,
    change=changes,
    signatures=signatures(MAX_ANCHOR_SIGNATURES),
    round=uints,
)
articles = st.dictionaries(uints, uints, max_size=5).map(lambda each: tuple(sorted(each.items())))
bylaws = st.builds(
    AdoptBylaws,
    version=uints,
    articles=articles,
    text=hashes,
    stewards=signatures(MAX_STEWARDS),
)
spends = st.builds(
    Spend,
    number=uints,
    payee=numbers,
    amount=any_integers,
    reason=hashes,
    stewards=signatures(MAX_STEWARDS),
)
levies = st.builds(Levy, number=uints, positive=uints, negative=uints)
actions = st.one_of(
    st.builds(Resolve, is_special=st.booleans()),
    st.builds(
        Elect,
        seats=st.dictionaries(numbers, uints, min_size=1, max_size=4).map(
            lambda seats: tuple(sorted(seats.items()))
        ),
        threshold=uints,
    ),
    st.builds(Recall, places=st.sets(numbers, min_size=1, max_size=4).map(sorted).map(tuple)),
    st.builds(
        DecideLimit,
        account=numbers,
        limit=any_integers,
        from_=uints,
        until=st.none(),
        after=st.none(),
    ),
    st.builds(
        DecideLimit, account=numbers, limit=any_integers, from_=uints, until=uints, after=uints
    ),
    st.builds(DecideStatus, account=numbers, is_frozen=st.booleans()),
    st.builds(AmendBylaws, articles=articles),
    st.builds(DecideSpend, payee=numbers, amount=any_integers),
    st.builds(DecideLevy, positive=uints, negative=uints),
    st.builds(DecideRecovery, account=numbers, recovery=uints, is_new_key=st.booleans()),
    st.builds(Expel, account=numbers, payee=st.none() | numbers),
)
proposes = st.builds(
    Propose,
    number=uints,
    action=actions,
    text=hashes,
    ballot=st.none() | hashes,
    about=st.sets(numbers, max_size=4).map(sorted).map(tuple),
    first=uints,
    second=uints,
    stewards=signatures(MAX_STEWARDS),
)
demands = st.builds(replace, proposes, stewards=st.just(()), members=signatures(MAX_DEMANDING))
votes = st.builds(
    Vote,
    account=numbers,
    proposal=uints,
    sequence=uints,
    choice=st.sampled_from(Choice),
    signature=signatures_of_64,
)
attests = st.builds(
    Attest,
    proposal=uints,
    yes=uints,
    no=uints,
    abstain=uints,
    result=hashes,
    stewards=signatures(MAX_STEWARDS),
)
enacts = st.builds(Enact, proposal=uints, yes=uints, no=uints, abstain=uints)
rekeys = st.builds(
    Rekey,
    account=numbers,
    revision=uints,
    key=hashes,
    key_signature=signatures_of_64,
    signature=signatures_of_64,
)
guardians_named = st.builds(
    GuardiansNamed,
    account=numbers,
    revision=uints,
    commitment=st.none() | hashes,
    needed=uints,
    wait=uints,
    signature=signatures_of_64,
)
recoveries = st.builds(
    Recover,
    account=numbers,
    recovery=uints,
    key=hashes,
    key_signature=signatures_of_64,
    stewards=signatures(MAX_STEWARDS),
)
guardian_lists = st.builds(
    GuardianList,
    accounts=st.sets(numbers, min_size=1, max_size=4).map(sorted).map(tuple),
    salt=st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES),
)
by_guardians = st.builds(
    replace,
    recoveries,
    guardians=guardian_lists,
    members=signatures(MAX_GUARDIANS),
    stewards=st.just(()),
)
objections = st.builds(ObjectTo, account=numbers, recovery=uints, signature=signatures_of_64)
restorations = st.builds(Restore, account=numbers, recovery=uints)
guarantees = st.builds(
    Guarantee,
    guarantor=numbers,
    member=numbers,
    revision=uints,
    cap=any_integers,
    until=st.none() | uints,
    signature=signatures_of_64,
)
balances = st.dictionaries(numbers, st.integers(-MAX, MAX), min_size=1, max_size=9)
openings = st.builds(
    OpenBooks,
    part=st.integers(1, 3),
    parts=st.integers(3, 64),
    commons=st.integers(-MAX, MAX),
    statement=hashes,
    balances=balances.map(lambda found: tuple(sorted(found.items()))),
    reason=hashes,
    stewards=signatures(MAX_STEWARDS),
)
acknowledgements = st.builds(
    Acknowledge,
    account=numbers,
    statement=hashes,
    balance=any_integers,
    signature=signatures_of_64,
)
lapses = st.builds(Lapse, guarantor=numbers, member=numbers, revision=uints)
leavings = st.builds(
    Leave,
    account=numbers,
    revision=uints,
    payee=st.none() | numbers,
    debt=uints,
    signature=signatures_of_64,
    stewards=signatures(MAX_STEWARDS),
)
settlements = st.builds(
    Settle,
    account=numbers,
    revision=uints,
    step=st.sampled_from(Step),
    reason=hashes,
    stewards=signatures(MAX_STEWARDS),
)
transactions: st.SearchStrategy[Transaction] = st.one_of(
    pays,
    admits,
    limits,
    statuses,
    anchors,
    index_entries,
    returns,
    charter_entries,
    bylaws,
    spends,
    levies,
    proposes,
    demands,
    votes,
    attests,
    enacts,
    rekeys,
    guardians_named,
    recoveries,
    by_guardians,
    objections,
    restorations,
    guarantees,
    lapses,
    openings,
    acknowledgements,
    leavings,
    settlements,
    delegations,
    owners,
    delegated_pays,
)


@given(transactions, times)
def test_what_was_encoded_decodes_to_the_same(transaction: Transaction, time: int) -> None:
    data = encode_transaction(transaction)
    assert decode_transaction(data) == transaction
    assert decode_entry(encode_entry(time, data)) == Entry(time, transaction)
    assert transaction_kind(data) == transaction.kind


@given(transactions)
def test_the_signed_part_is_the_beginning_up_to_the_signatures(transaction: Transaction) -> None:
    fields = transaction.fields()
    tail = fields[len(fields) - transaction.unsigned_tail :]
    assert encode_transaction(transaction) == signed_part(transaction) + b"".join(map(encode, tail))


HASH, SIGNATURE, SALT = bytes(32), bytes(64), bytes(SALT_BYTES)
STEWARDS: Value = [[0, SIGNATURE], [1, SIGNATURE]]

BALANCES = (7).to_bytes(4, "big") + (-50).to_bytes(8, "big", signed=True)

ELEMENTS: dict[Kind, list[Value]] = {
    Kind.PAY: [1, 7, 1, 2, 8, 100, 0, HASH, [5, 6], SIGNATURE],
    Kind.ADMIT: [2, 7, HASH, "ana", 0, 100, SIGNATURE, STEWARDS],
    Kind.LIMIT: [3, 7, 1, 100, 0, 9, 50, HASH, STEWARDS],
    Kind.STATUS: [4, 7, 1, 1, HASH, STEWARDS],
    Kind.ANCHOR: [6, 2, 5, HASH, STEWARDS],
    Kind.INDEX: [7, 1, 24_311, [25, 0, 0, [[24_310, -3]], None], STEWARDS],
    Kind.RETURN: [8, 2, 5],
    Kind.CHARTER: [13, 1, HASH, [3, 2, 100], STEWARDS, 0],
    Kind.LEVY: [12, 1, 1_000, 500],
    Kind.SPEND: [18, 1, 7, 100, HASH, STEWARDS],
    Kind.BYLAWS: [21, 1, [[1, 2], [70, 20_000]], HASH, STEWARDS],
    Kind.PROPOSE: [9, 1, [3, [0, 2]], HASH, None, [7], 50, 60, STEWARDS, []],
    Kind.VOTE: [10, 7, 1, 1, 2, SIGNATURE],
    Kind.ENACT: [11, 1, 5, 4, 3],
    Kind.ATTEST: [23, 1, 5, 4, 3, HASH, STEWARDS],
    Kind.REKEY: [5, 7, 1, HASH, SIGNATURE, SIGNATURE],
    Kind.GUARDIANS: [15, 7, 1, HASH, 2, 604_800, SIGNATURE],
    Kind.RECOVER: [16, 7, 1, HASH, SIGNATURE, None, [], STEWARDS],
    Kind.OBJECT: [17, 7, 1, SIGNATURE],
    Kind.RESTORE: [22, 7, 1],
    Kind.GUARANTEE: [14, 7, 8, 1, 50_000, 1_800_000_000, SIGNATURE],
    Kind.LAPSE: [24, 7, 8, 1],
    Kind.OPENING: [28, 1, 2, -50, HASH, BALANCES, HASH, STEWARDS],
    Kind.ACKNOWLEDGE: [29, 7, HASH, -50, SIGNATURE],
    Kind.LEAVE: [19, 7, 1, 8, 40, SIGNATURE, STEWARDS],
    Kind.SETTLE: [20, 7, 1, 1, HASH, STEWARDS],
    Kind.DELEGATE: [25, 7, 1, 0, HASH, 100, 200, 1_800_000_000, [[1, 8], [2, 3]], SIGNATURE],
    Kind.PAY_DELEGATED: [26, 7, 1, 2, 8, 100, 0, HASH, [5, 6], 63, SIGNATURE],
    Kind.OWNERS: [27, 7, 1, 2, [HASH, bytes(range(32))], STEWARDS],
}

NOT_PARTS: list[Value] = [0, -1, 65, None, b"", "1", []]
NOT_NUMBERS: list[Value] = [-1, MAX_NUMBER + 1, None, b"", "7", []]
NOT_UINTS: list[Value] = [-1, MAX + 1, 2**64 - 1, None, b"", "7", []]
NOT_INTEGERS: list[Value] = [None, b"", "7", []]
NOT_HASHES: list[Value] = [None, bytes(31), bytes(33), b"", "7" * 32, 0, [HASH]]
NOT_SIGNATURES: list[Value] = [None, bytes(63), bytes(65), b"", "7" * 64, 0]
NOT_PRICES: list[Value] = [
    0,
    b"",
    [],
    [1],
    [1, 2, 3],
    [-1, 2],
    [1, -2],
    [1, None],
    [MAX + 1, 1],
    [1, MAX + 1],
]
NOT_PLACES: list[Value] = [64, *NOT_NUMBERS]
NOT_PAYEES: list[Value] = [
    b"",
    0,
    [],
    [8],
    [[8]],
    [[1, 8, 0]],
    [[1, -1]],
    [[MAX_NUMBER + 1, 8]],
    [[1, 8], [1, 8]],
    [[2, 3], [1, 8]],
    [[1, number] for number in range(MAX_PAYEES + 1)],
]
NOT_KEYS: list[Value] = [
    None,
    b"",
    0,
    [],
    [0],
    [HASH, None],
    [bytes(31)],
    [HASH] * (MAX_OWNERS + 1),
]
NOT_STEWARDS: list[Value] = [
    None,
    b"",
    0,
    [0],
    [[0]],
    [[0, SIGNATURE, 0]],
    [[0, bytes(63)]],
    [[None, SIGNATURE]],
    [[-1, SIGNATURE]],
    [[MAX_NUMBER + 1, SIGNATURE]],
    [[1, SIGNATURE], [0, SIGNATURE]],
    [[0, SIGNATURE], [0, SIGNATURE]],
    [[number, SIGNATURE] for number in range(257)],
]
NOT_ACCOUNT_SIGNATURES: list[Value] = [
    *NOT_SIGNATURES,
    *NOT_STEWARDS,
    [],
    [[number, SIGNATURE] for number in range(MAX_OWNERS + 1)],
]
TOO_MANY_STEWARDS: Value = [[number, SIGNATURE] for number in range(MAX_STEWARDS + 1)]

SEEN: Value = [1, 10**9, HASH, SIGNATURE]
NOT_OBSERVATIONS: list[Value] = [
    0,
    b"",
    [0],
    [[1, 10**9, HASH]],
    [[1, 10**9, HASH, SIGNATURE, 0]],
    [[-1, 10**9, HASH, SIGNATURE]],
    [[1, -1, HASH, SIGNATURE]],
    [[1, MAX + 1, HASH, SIGNATURE]],
    [[1, 10**9, bytes(31), SIGNATURE]],
    [[1, 10**9, HASH, bytes(63)]],
    [SEEN, SEEN],
    [[number, 10**9, HASH, SIGNATURE] for number in range(MAX_PUBLISHERS + 1)],
]
NOT_CONTENTS: list[Value] = [
    None,
    b"",
    [],
    [25, 0, 0, []],
    [25, 0, 0, [], None, None],
    [None, 0, 0, [], None],
    [25, -1, 0, [], None],
    [25, 0, 2, [], None],
    [25, 0, None, [], None],
    [25, 0, 0, None, None],
    [25, 0, 0, [24_310], None],
    [25, 0, 0, [[24_310]], None],
    [25, 0, 0, [[-1, 5]], None],
    [25, 0, 0, [[24_310, None]], None],
    *([25, 0, 0, [], wrong] for wrong in NOT_OBSERVATIONS),
]

NOT_ARTICLES: list[Value] = [
    None,
    b"",
    1,
    [1],
    [[1]],
    [[1, 2, 3]],
    [[-1, 2]],
    [[1, -2]],
    [[1, MAX + 1]],
    [[1, None]],
    [[2, 1], [1, 1]],
    [[1, 1], [1, 1]],
    [[number, 1] for number in range(257)],
]

NOT_ACTIONS: list[Value] = [
    None,
    b"",
    0,
    [],
    [None],
    [-1],
    [255],
    [0],
    [0, 2],
    [0, None],
    [0, 0, 0],
    [2, [[7, 5]]],
    [2, [[7, 5]], -1],
    [2, [], 1],
    [2, None, 1],
    [2, [7], 1],
    [2, [[7]], 1],
    [2, [[7, None]], 1],
    [2, [[-1, 5]], 1],
    [2, [[7, 5], [7, 6]], 1],
    [2, [[8, 5], [7, 5]], 1],
    [2, [[number, 5] for number in range(MAX_STEWARDS + 1)], 1],
    [3],
    [3, []],
    [3, None],
    [3, [1, 1]],
    [3, [2, 1]],
    [3, [-1]],
    [3, list(range(MAX_STEWARDS + 1))],
    [4, 7, 5, 0, None],
    [4, -1, 5, 0, None, None],
    [4, 7, None, 0, None, None],
    [4, 7, 5, -1, None, None],
    [4, 7, 5, 0, 9, None],
    [4, 7, 5, 0, None, 9],
    [4, 7, 5, 0, -1, 9],
    [5, 7],
    [5, -1, 1],
    [5, 7, 2],
    [5, 7, None],
    [1],
    [1, [[1]]],
    [1, [[2, 1], [1, 1]]],
    [1, [[1, -1]]],
    [6, 7],
    [6, -1, 5],
    [6, 7, None],
    [8, 7, 1],
    [8, -1, 1, 1],
    [8, 7, -1, 1],
    [8, 7, 1, 2],
    [9, 5],
    [9, -1, 5],
    [9, 5, -1],
    [9, 5, 5, 5],
    [7, 7],
    [7, -1, None],
    [7, 7, -1],
    [7, 7, b""],
]

NOT_GUARDIANS: list[Value] = [
    b"",
    0,
    [],
    [[7, 8]],
    [[7, 8], SALT, 0],
    [[], SALT],
    [[8, 7], SALT],
    [[7, 7], SALT],
    [[-1], SALT],
    [[None], SALT],
    [list(range(MAX_GUARDIANS + 1)), SALT],
    [[7, 8], SALT[1:]],
    [[7, 8], None],
    # Who is listed doesn't sign beside stewards.
    [[7, 8], SALT],
]

WRONG: dict[Kind, dict[int, list[Value]]] = {
    Kind.PAY: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_NUMBERS,
        4: NOT_NUMBERS,
        5: NOT_INTEGERS,
        6: NOT_INTEGERS,
        7: NOT_HASHES[1:],
        8: NOT_PRICES,
        9: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.PAY_DELEGATED: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_NUMBERS,
        4: NOT_NUMBERS,
        5: NOT_INTEGERS,
        6: NOT_INTEGERS,
        7: NOT_HASHES[1:],
        8: NOT_PRICES,
        9: NOT_PLACES,
        10: [*NOT_SIGNATURES, STEWARDS],
    },
    Kind.DELEGATE: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_PLACES,
        4: NOT_HASHES[1:],
        5: NOT_UINTS,
        6: NOT_UINTS,
        7: NOT_UINTS,
        8: NOT_PAYEES,
        9: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.OWNERS: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_UINTS,
        4: NOT_KEYS,
        5: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.ADMIT: {
        1: NOT_NUMBERS,
        2: NOT_HASHES,
        3: [None, b"ana", "", "Ana", "añ", "-ana", ".a", "_a", "a b", "a\n", "a" * 33, 7],
        4: [16, -1, None, "0"],
        5: NOT_INTEGERS,
        6: NOT_SIGNATURES,
        7: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.LIMIT: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_INTEGERS,
        4: NOT_UINTS,
        5: NOT_UINTS,  # nil is wrong here too, for `after` is given
        6: NOT_INTEGERS,
        7: NOT_HASHES,
        8: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.STATUS: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: [3, -1, None, "0"],
        4: NOT_HASHES,
        5: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.ANCHOR: {1: NOT_NUMBERS, 2: NOT_UINTS, 3: NOT_HASHES, 4: NOT_STEWARDS},
    Kind.INDEX: {
        1: [0, 2, 3, -1, None, "1", b""],
        2: NOT_UINTS,
        3: NOT_CONTENTS,
        4: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.RETURN: {1: NOT_NUMBERS, 2: NOT_UINTS},
    Kind.LEVY: {1: NOT_UINTS, 2: NOT_UINTS, 3: NOT_UINTS},
    Kind.SPEND: {
        1: NOT_UINTS,
        2: NOT_NUMBERS,
        3: NOT_INTEGERS,
        4: NOT_HASHES,
        5: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.BYLAWS: {
        1: NOT_UINTS,
        2: NOT_ARTICLES,
        3: NOT_HASHES,
        4: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.CHARTER: {
        1: [0, *NOT_UINTS],
        2: NOT_HASHES,
        3: [
            None,
            b"",
            [],
            [0],
            [3],
            [3, 2],
            [3, 2, 100, 0],
            [3, -1, 100],
            [3, 0, 100],
            [7, 2, 100],
        ],
        4: NOT_STEWARDS,
        5: NOT_UINTS,
    },
    Kind.REKEY: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_HASHES,
        4: NOT_SIGNATURES,
        5: NOT_SIGNATURES,
    },
    Kind.GUARDIANS: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_HASHES[1:],
        4: NOT_UINTS,
        5: NOT_UINTS,
        6: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.RECOVER: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_HASHES,
        4: NOT_SIGNATURES,
        5: NOT_GUARDIANS,
        6: [*NOT_STEWARDS, STEWARDS],  # members sign a list's recovery only
        7: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.OBJECT: {1: NOT_NUMBERS, 2: NOT_UINTS, 3: NOT_ACCOUNT_SIGNATURES},
    Kind.RESTORE: {1: NOT_NUMBERS, 2: NOT_UINTS},
    Kind.GUARANTEE: {
        1: NOT_NUMBERS,
        2: NOT_NUMBERS,
        3: NOT_UINTS,
        4: NOT_INTEGERS,
        5: [each for each in NOT_UINTS if each is not None],
        6: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.OPENING: {
        1: [*NOT_PARTS, 3],
        2: NOT_PARTS,
        3: [*NOT_INTEGERS, MAX + 1, -MAX - 1],
        4: NOT_HASHES,
        5: [None, 0, "", b"", BALANCES[:-1], BALANCES * 2, bytes(4) + b"\x7f" + bytes([255]) * 7],
        6: NOT_HASHES,
        7: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.ACKNOWLEDGE: {1: NOT_NUMBERS, 2: NOT_HASHES, 3: NOT_INTEGERS, 4: NOT_SIGNATURES},
    Kind.LAPSE: {1: NOT_NUMBERS, 2: NOT_NUMBERS, 3: NOT_UINTS},
    Kind.LEAVE: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: [each for each in NOT_NUMBERS if each is not None],
        4: NOT_UINTS,
        5: NOT_ACCOUNT_SIGNATURES,
        6: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.SETTLE: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: [-1, 3, None, b"", "1", []],
        4: NOT_HASHES,
        5: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
    Kind.PROPOSE: {
        1: NOT_UINTS,
        2: NOT_ACTIONS,
        3: NOT_HASHES,
        4: NOT_HASHES[1:],
        5: [None, b"", 7, [-1], [None], [7, 7], [8, 7], [MAX_NUMBER + 1], list(range(65))],
        6: NOT_UINTS,
        7: NOT_UINTS,
        8: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
        9: [*NOT_STEWARDS, STEWARDS],  # both in one entry are wrong
    },
    Kind.VOTE: {
        1: NOT_NUMBERS,
        2: NOT_UINTS,
        3: NOT_UINTS,
        4: [3, -1, None, "0", b""],
        5: NOT_ACCOUNT_SIGNATURES,
    },
    Kind.ENACT: {1: NOT_UINTS, 2: NOT_UINTS, 3: NOT_UINTS, 4: NOT_UINTS},
    Kind.ATTEST: {
        1: NOT_UINTS,
        2: NOT_UINTS,
        3: NOT_UINTS,
        4: NOT_UINTS,
        5: NOT_HASHES,
        6: [*NOT_STEWARDS, TOO_MANY_STEWARDS],
    },
}
WRONG_CASES = [
    pytest.param(kind, position, value, id=f"{kind.name.lower()}-{position}-{number}")
    for kind, positions in WRONG.items()
    for position, wrong_values in positions.items()
    for number, value in enumerate(wrong_values)
]


@pytest.mark.parametrize("kind", Kind)
def test_every_element_has_its_wrong_values(kind: Kind) -> None:
    assert set(WRONG[kind]) == set(range(1, len(ELEMENTS[kind])))
    assert not isinstance(decode_transaction(encode(ELEMENTS[kind])), Refusal)


@pytest.mark.parametrize(("kind", "position", "value"), WRONG_CASES)
def test_a_wrong_element_is_malformed(kind: Kind, position: int, value: Value) -> None:
    elements = list(ELEMENTS[kind])
    elements[position] = value
    assert decode_transaction(encode(elements)) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("kind", Kind)
def test_an_element_more_or_less_is_malformed(kind: Kind) -> None:
    elements = ELEMENTS[kind]
    for wrong in ([*elements, None], [*elements, 0], elements[:-1], elements[:1]):
        assert decode_transaction(encode(wrong)) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("kind", Kind)
def test_an_element_of_a_foreign_type_is_malformed(kind: Kind) -> None:
    for position in range(len(ELEMENTS[kind])):
        for foreign in (b"\xc2", b"\xc3", b"\xca" + bytes(4), b"\x80", b"\xd4\x05\x00", b"\xc1"):
            parts = [encode(element) for element in ELEMENTS[kind]]
            parts[position] = foreign
            data = bytes([0x90 | len(parts)]) + b"".join(parts)
            assert decode_transaction(data) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize(
    "content",
    [None, [], [5], [5, HASH, 0], [-1, HASH], [None, HASH], [5, bytes(31)], [5, None], [5, 5]],
)
def test_a_change_of_source_has_its_own_content(content: Value) -> None:
    right = decode_transaction(encode([7, 2, 1, [5, HASH], STEWARDS]))
    assert isinstance(right, IndexEntry)
    assert right.decided == SourceChange(number=1, first_period=5, description_hash=HASH)
    wrong = decode_transaction(encode([7, 2, 1, content, STEWARDS]))
    assert wrong is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("turn", [[0, 0], [MAX, MAX]])
def test_an_index_entry_may_have_a_place_and_a_round(turn: list[Value]) -> None:
    data = encode([7, 2, 1, [5, HASH], STEWARDS, *turn])
    right = decode_transaction(data)
    assert isinstance(right, IndexEntry) and right.turn is not None
    assert [right.turn.place, right.turn.round] == turn
    assert encode_transaction(right) == data


@pytest.mark.parametrize(
    "turn", [[0], [0, 0, 0], [-1, 0], [0, -1], [MAX + 1, 0], [0, MAX + 1], [None, None], [0, b""]]
)
def test_an_index_entry_has_place_and_round_or_neither(turn: list[Value]) -> None:
    wrong = decode_transaction(encode([7, 2, 1, [5, HASH], STEWARDS, *turn]))
    assert wrong is Refusal.ENTRY_MALFORMED


def test_the_largest_index_entry_fits() -> None:
    coops = range(MAX_NUMBER - MAX_PUBLISHERS, MAX_NUMBER)
    seen = make_observations(dict.fromkeys(coops, (MAX, HASH, SIGNATURE)))
    entry = IndexEntry(
        decided=Print(period=MAX, value=MAX),
        observations=seen,
        signatures=tuple((coop, SIGNATURE) for coop in coops),
        turn=Turn(place=MAX, round=MAX),
    )
    data = encode_entry(LAST_TIME, encode_transaction(entry))
    assert decode_entry(data) == Entry(LAST_TIME, entry)


def test_dates_are_both_nil_or_neither() -> None:
    elements = ELEMENTS[Kind.LIMIT]
    for dates, is_right in (((None, None), True), ((9, None), False), ((None, 50), False)):
        found = decode_transaction(encode([*elements[:5], *dates, *elements[7:]]))
        assert isinstance(found, Limit) == is_right


@pytest.mark.parametrize("kind", Kind)
def test_every_cut_is_malformed(kind: Kind) -> None:
    entry = encode_entry(1_767_225_600, encode(ELEMENTS[kind]))
    for length in range(len(entry)):
        assert decode_entry(entry[:length]) is Refusal.ENTRY_MALFORMED
    assert decode_entry(entry + b"\0") is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize(
    "transaction",
    [b"\xc0", b"\x05", b"\xa1a", b"\x90", b"\x91\xc0", b"\x91\xa11", b"\x91\x91\x01", b"\x91\xc2"],
)
def test_what_does_not_begin_with_a_kind_is_malformed(transaction: bytes) -> None:
    assert decode_transaction(transaction) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("kind", [0, 99, 100, 127, 128, 2**64 - 1, -1, -(2**63)])
def test_other_kinds_are_unknown_whatever_follows(kind: int) -> None:
    rests: list[list[Value]] = [[], [None], ["text", b"", [1, [2]]], [[[[[[[]]]]]]]]
    for rest in rests:
        assert decode_transaction(encode([kind, *rest])) is Refusal.KIND_UNKNOWN


def test_an_unknown_kind_that_breaks_the_encoding_is_malformed() -> None:
    for rest in (b"\xc2", b"\x80", b"\xcc\x01", b"\x91\xca" + bytes(4), b"\x91" * 7 + b"\x90"):
        assert decode_transaction(b"\x92\x63" + rest) is Refusal.ENTRY_MALFORMED
    assert decode_transaction(b"\x92\x63" + encode([0] * 256)) is Refusal.KIND_UNKNOWN
    assert decode_transaction(b"\x92\x63" + encode([0] * 257)) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("time", [-1, MAX + 1, 2**64 - 1])
def test_a_time_that_is_no_number_of_the_ledger_is_malformed(time: int) -> None:
    transaction = encode(ELEMENTS[Kind.RETURN])
    assert decode_entry(encode_entry(time, transaction)) is Refusal.ENTRY_MALFORMED


@pytest.mark.parametrize("time", [LAST_TIME + 1, MAX])
def test_a_time_after_the_last_is_out_of_range(time: int) -> None:
    transaction = encode(ELEMENTS[Kind.RETURN])
    assert decode_entry(encode_entry(time, transaction)) is Refusal.TIME_OUT_OF_RANGE
    assert isinstance(decode_entry(encode_entry(LAST_TIME, transaction)), Entry)


def test_an_entry_is_an_array_of_two() -> None:
    transaction = encode(ELEMENTS[Kind.RETURN])
    for data in (transaction, b"\x91" + transaction, b"\x93\x00" + transaction + b"\x00", b"\xc0"):
        assert decode_entry(data) is Refusal.ENTRY_MALFORMED


def test_size_is_looked_at_before_anything_else() -> None:
    largest = encode_entry(0, encode([99, bytes(MAX_ENTRY_BYTES - 7)]))
    assert len(largest) == MAX_ENTRY_BYTES
    assert decode_entry(largest) is Refusal.KIND_UNKNOWN
    assert decode_entry(largest + b"\0") is Refusal.ENTRY_TOO_LARGE
    assert decode_entry(b"\xc1" * (MAX_ENTRY_BYTES + 1)) is Refusal.ENTRY_TOO_LARGE


def test_the_largest_anchor_fits() -> None:
    pairs = tuple(
        (MAX_NUMBER - MAX_ANCHOR_SIGNATURES + number, SIGNATURE)
        for number in range(MAX_ANCHOR_SIGNATURES)
    )
    anchor = Anchor(coop=1, length=MAX, head=HASH, signatures=pairs)
    entry = encode_entry(LAST_TIME, encode_transaction(anchor))
    assert decode_entry(entry) == Entry(LAST_TIME, anchor)


def test_a_bare_payment_among_coops_of_65535_members_has_at_most_96_bytes() -> None:
    pay = Pay(
        payer=65_535,
        sequence=65_535,
        payee_coop=255,
        payee=65_535,
        amount=2**32 - 1,
        signature=SIGNATURE,
    )
    assert len(encode_entry(2**32 - 1, encode_transaction(pay))) <= 96


@given(st.binary(max_size=80))
def test_any_bytes_get_a_refusal_or_a_transaction_they_encode(data: bytes) -> None:
    found = decode_transaction(data)
    if not isinstance(found, Refusal):
        assert encode_transaction(found) == data
