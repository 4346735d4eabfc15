"""Two contents signed where a coop may sign one: what proves it, and that no honest coop can be accused."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.agreement import (
    CHARTER_DECISION,
    SUBJECTS,
    Subject,
    Turn,
    decision_body,
    decision_message,
    support_hash,
    support_message,
)
from ledger.codec import MAX, Value, encode
from ledger.contradictions import (
    Contradiction,
    RoundEvidence,
    SignedDecision,
    SignedSupport,
    SupportEvidence,
)
from ledger.errors import ProofError
from ledger.evidence import decode_evidence
from tests.builders import build_federation

FEDERATION = build_federation(seed="contradictions", coops=3)
CHARTER = FEDERATION.charter
OTHERS = build_federation(seed="other").charter
TURN = Turn(place=4, round=1)


def decided(
    content: Value, *, turn: Turn = TURN, decision: int = 1, number: int = 7, coop: int = 1
) -> SignedDecision:
    """What `coop` signs for good in a round."""
    body = decision_body(decision=decision, number=number, content=encode(content), turn=turn)
    message = decision_message(federation=FEDERATION.id, coop=coop, body=body)
    signature = FEDERATION.node_keys[coop].sign(message)
    return SignedDecision(
        decision=decision, number=number, content=encode(content), signature=signature
    )


def supported(
    content: Value, *, turn: Turn = TURN, subject: Subject = Subject.INDEX, coop: int = 1
) -> SignedSupport:
    """What `coop` signs in support of the print of month 7."""
    content_hash = support_hash(decision=1, number=7, content=encode(content))
    message = support_message(
        federation=FEDERATION.id,
        coop=coop,
        subject=subject,
        turn=turn,
        content_hash=content_hash,
    )
    return SignedSupport(
        content_hash=content_hash, signature=FEDERATION.node_keys[coop].sign(message)
    )


def of_round(first: SignedDecision, second: SignedDecision) -> RoundEvidence:
    return RoundEvidence(coop=1, subject=Subject.INDEX, turn=TURN, first=first, second=second)


def of_support(first: SignedSupport, second: SignedSupport) -> SupportEvidence:
    return SupportEvidence(coop=1, subject=Subject.INDEX, turn=TURN, first=first, second=second)


PROOFS: list[Contradiction] = [
    of_round(decided([25]), decided([26])),
    of_round(decided([25]), decided([25], number=8)),
    of_round(decided([25]), decided([25], decision=2)),
    of_support(supported([25]), supported([26])),
]


@pytest.mark.parametrize("proof", PROOFS)
def test_two_of_one_round_are_proved_with_only_the_charter(proof: Contradiction) -> None:
    proof.check(CHARTER)
    assert decode_evidence(proof.encode()) == proof
    with pytest.raises(ProofError):
        proof.check(OTHERS)


@pytest.mark.parametrize("proof", PROOFS)
def test_a_changed_byte_proves_nothing(proof: Contradiction) -> None:
    data = proof.encode()
    for place in range(len(data)):
        with pytest.raises(ProofError):
            other = decode_evidence(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert isinstance(other, type(proof))
            other.check(CHARTER)


@pytest.mark.parametrize("proof", PROOFS)
def test_every_cut_of_a_proof_is_no_evidence(proof: Contradiction) -> None:
    data = proof.encode()
    for wrong in [*(data[:length] for length in range(len(data))), data + b"\0"]:
        with pytest.raises(ProofError):
            decode_evidence(wrong)


@pytest.mark.parametrize("turn", [Turn(place=4, round=2), Turn(place=5, round=1)])
def test_contents_of_two_rounds_or_places_accuse_nobody(turn: Turn) -> None:
    """An honest coop supports and signs anew in a later round; whoever holds both proves nothing."""
    honest: list[RoundEvidence | SupportEvidence] = [
        of_round(decided([25]), decided([26], turn=turn)),
        of_round(decided([25], turn=turn), decided([26])),
        of_support(supported([25]), supported([26], turn=turn)),
        of_support(supported([25], turn=turn), supported([26])),
    ]
    for proof in honest:
        with pytest.raises(ProofError, match="not a signature"):
            proof.check(CHARTER)
        with pytest.raises(ProofError, match="not a signature"):
            replace(proof, turn=turn).check(CHARTER)


def test_one_content_of_one_round_accuses_nobody() -> None:
    with pytest.raises(ProofError, match="the same"):
        of_round(decided([25]), decided([25])).check(CHARTER)
    with pytest.raises(ProofError, match="the same"):
        of_support(supported([25]), supported([25])).check(CHARTER)


def test_signatures_without_a_round_are_none_of_a_round() -> None:
    """What was promised before there were rounds does not bind a coop in one."""
    body = encode([1, 7, [26]])
    message = decision_message(federation=FEDERATION.id, coop=1, body=body)
    without = replace(decided([26]), signature=FEDERATION.node_keys[1].sign(message))
    with pytest.raises(ProofError, match="not a signature"):
        of_round(decided([25]), without).check(CHARTER)


def test_support_is_no_signature_and_a_signature_no_support() -> None:
    """Both are over the same decision in the same round, under tags of their own."""
    crossed = replace(decided([26]), signature=supported([26]).signature)
    with pytest.raises(ProofError, match="not a signature"):
        of_round(decided([25]), crossed).check(CHARTER)
    turned = replace(supported([26]), signature=decided([26]).signature)
    with pytest.raises(ProofError, match="not a signature"):
        of_support(supported([25]), turned).check(CHARTER)


def test_the_subjects_agree_apart_from_each_other() -> None:
    """In one place and round of both, a coop signs a print and a change of the charter, and is honest."""
    change = decided([bytes(32), [3, 2, 5]], decision=CHARTER_DECISION, number=5)
    for subject in Subject:
        with pytest.raises(ProofError, match="another subject"):
            replace(of_round(decided([25]), change), subject=subject).check(CHARTER)
    about_charter = supported([26], subject=Subject.CHARTER)
    for subject in Subject:
        with pytest.raises(ProofError, match="not a signature"):
            replace(of_support(supported([25]), about_charter), subject=subject).check(CHARTER)


def test_two_changes_of_the_charter_in_one_round_are_evidence() -> None:
    first, second = (decided([size], decision=CHARTER_DECISION) for size in (1, 2))
    proof = replace(of_round(first, second), subject=Subject.CHARTER)
    proof.check(CHARTER)
    assert decode_evidence(proof.encode()) == proof


@pytest.mark.parametrize("coop", [2, 9])
def test_both_are_signed_by_the_coop_that_is_accused(coop: int) -> None:
    for proof in PROOFS:
        with pytest.raises(ProofError):
            replace(proof, coop=coop).check(CHARTER)
    with pytest.raises(ProofError, match="not a signature"):
        of_round(decided([25]), decided([26], coop=2)).check(CHARTER)
    with pytest.raises(ProofError, match="not a signature"):
        of_support(supported([25]), supported([26], coop=2)).check(CHARTER)


PRINT: Value = [1, 7, [25]]
OTHER: Value = [1, 7, [26]]
HASH, SIGNATURE = bytes(32), bytes(64)
SHAPES: list[list[Value]] = [
    ["decision", 1, 1, 4, 1, PRINT, SIGNATURE, OTHER, SIGNATURE],
    ["support", 1, 1, 4, 1, HASH, SIGNATURE, HASH, SIGNATURE],
]


def test_the_shapes_below_are_right_but_for_what_is_changed() -> None:
    for shape in SHAPES:
        assert decode_evidence(encode(shape)).encode() == encode(shape)


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (1, [-1, 2**32, None, "1"]),
        (2, [0, 3, -1, None, b"\1"]),
        (3, [-1, MAX + 1, None]),
        (4, [-1, MAX + 1, None]),
        (5, [None, [], [1, 7], [1, 7, [25], 0], [1, 7, b""], [1, -1, []], [1, MAX + 1, []],
             [-1, 7, []], bytes(31), bytes(33)]),
        (6, [None, bytes(63), bytes(65)]),
        (7, [None, [1, 7, None], [None, 7, []], [1, None, []], bytes(31)]),
        (8, [None, bytes(63), bytes(65)]),
    ],
)  # fmt: skip
def test_a_field_of_another_shape_is_no_evidence(place: int, wrong: list[Value]) -> None:
    for shape in SHAPES:
        for value in wrong:
            with pytest.raises(ProofError):
                decode_evidence(encode([*shape[:place], value, *shape[place + 1 :]]))


def test_every_decision_that_can_have_a_place_has_its_subject() -> None:
    assert SUBJECTS == {1: Subject.INDEX, 2: Subject.INDEX, 3: Subject.CHARTER}
    for decision, subject in SUBJECTS.items():
        first, second = (decided([value], decision=decision) for value in (1, 2))
        replace(of_round(first, second), subject=subject).check(CHARTER)


def test_the_bytes_that_are_signed_are_those_of_the_page() -> None:
    content: Value = [5, bytes(32)]
    body = decision_body(decision=2, number=1, content=encode(content), turn=Turn(3, 9))
    assert body == encode([2, 1, content, 3, 9])
    without = decision_body(decision=2, number=1, content=encode(content), turn=None)
    assert without == encode([2, 1, content])
    content_hash = support_hash(decision=2, number=1, content=encode(content))
    assert content_hash == sha256(without).digest()
    message = support_message(
        federation=bytes(32), coop=7, subject=1, turn=Turn(3, 9), content_hash=content_hash
    )
    tag, coop = b"fiado1.support\0\0", b"\0\0\0\7"
    assert message == tag + bytes(32) + coop + encode([1, 3, 9, content_hash])
