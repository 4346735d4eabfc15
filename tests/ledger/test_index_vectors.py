"""The committed vectors of the index are what the protocol makes; both validators agree with them."""

import json
from dataclasses import replace
from hashlib import sha512
from typing import Any

import nacl.bindings
import pytest

from ledger.codec import Value, encode
from ledger.contradictions import DecisionEvidence, SignedContent
from ledger.decisions import OBSERVATION, content_message
from ledger.errors import ProofError
from ledger.evidence import decode_evidence
from ledger.founding import parse_founding
from ledger.refusals import Refusal
from ledger.signatures import SigningKey, verify
from ledger.validators.interface import Validator
from ledger.zip215 import SUBGROUP_ORDER, challenge
from tests.builders import MakeValidator
from tests.index_builders import observation
from tests.vectors import make_index

VECTORS: dict[str, Any] = json.loads(make_index.FILE.read_text(encoding="utf-8"))


def replayed(case: dict[str, Any], make_validator: MakeValidator) -> Validator:
    validator = make_validator(parse_founding(case["charter"].encode("utf-8")))
    rests = {int(coop): list(map(bytes.fromhex, log)) for coop, log in case["logs"].items()}
    while any(rests.values()):
        before = sum(map(len, rests.values()))
        for coop, entries in rests.items():
            result = validator.replay(coop, b"".join(entries))
            assert result.refusal is None
            del entries[: result.count]
        assert sum(map(len, rests.values())) < before, "all logs wait"
    return validator


def test_the_committed_file_is_what_the_program_writes() -> None:
    assert make_index.FILE.read_text(encoding="utf-8") == make_index.render()


@pytest.mark.parametrize("number", range(len(VECTORS["histories"])))
def test_histories(number: int, make_validator: MakeValidator) -> None:
    case = VECTORS["histories"][number]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    index = validator.index(1)
    assert index is not None
    assert (index.parameters.base_day, list(index.values)) == (case["base_day"], case["values"])


def test_refusals(make_validator: MakeValidator) -> None:
    validator = replayed(VECTORS["histories"][0], make_validator)
    for case in VECTORS["cases"]:
        expected = None if case["refusal"] is None else Refusal(case["refusal"])
        assert validator.judge(1, bytes.fromhex(case["entry"])) is expected, case["note"]
        assert case["name"] == (None if expected is None else expected.code)
    assert validator.digest().hex() == VECTORS["histories"][0]["digest"]


def test_evidence() -> None:
    charter = parse_founding(VECTORS["histories"][0]["charter"].encode("utf-8")).genesis
    data = bytes.fromhex(VECTORS["evidence"])
    evidence = decode_evidence(data)
    assert isinstance(evidence, DecisionEvidence)
    evidence.check(charter)
    assert (evidence.coop, evidence.kind, evidence.encode()) == (2, "decision", data)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(ProofError):
            other = decode_evidence(changed)
            assert isinstance(other, DecisionEvidence)
            other.check(charter)


def test_one_content_with_two_signatures_is_no_second_decision() -> None:
    """Anyone who holds a key can sign the same bytes twice, with another nonce."""
    federation = make_index.SURVEY
    seen = observation(federation, 1, make_index.WEEK, 1_000)
    content = encode([seen.level, seen.survey_hash])
    key = federation.node_keys[1]
    message = content_message(
        federation=federation.id,
        coop=1,
        decision=OBSERVATION,
        number=make_index.WEEK,
        content=content,
    )
    second = _sign_with_nonce(key, message, nonce=12_345)
    verify(public_key=key.public_key, message=message, signature=second)
    assert second != seen.signature
    evidence = DecisionEvidence(
        coop=1,
        decision=OBSERVATION,
        number=make_index.WEEK,
        first=SignedContent(content=content, signature=seen.signature),
        second=SignedContent(content=content, signature=second),
    )
    with pytest.raises(ProofError, match="the contents are the same"):
        evidence.check(federation.charter)


def _sign_with_nonce(key: SigningKey, message: bytes, *, nonce: int) -> bytes:
    """A valid signature that RFC 8032 would not have made."""
    half = bytearray(sha512(key.seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 63 | 64
    point = nacl.bindings.crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    k = challenge(point=point, public_key=key.public_key, message=message)
    scalar = (nonce + k * int.from_bytes(half, "little")) % SUBGROUP_ORDER
    return point + scalar.to_bytes(32, "little")


@pytest.mark.parametrize(
    "content", [[1_000], [1_000, bytes(31)], [1_000, bytes(32), 0], [-1, bytes(32)], [None, None]]
)
def test_an_observation_s_content_has_one_shape(content: list[Value]) -> None:
    """Else other boundaries between the same signed bytes could accuse an honest coop."""
    federation = make_index.SURVEY
    seen = observation(federation, 1, make_index.WEEK, 1_000)
    right = SignedContent(content=encode([seen.level, seen.survey_hash]), signature=seen.signature)
    wrong = SignedContent(content=encode(content), signature=seen.signature)
    evidence = DecisionEvidence(
        coop=1, decision=OBSERVATION, number=make_index.WEEK, first=right, second=wrong
    )
    with pytest.raises(ProofError, match="not the content of an observation"):
        evidence.check(federation.charter)
    with pytest.raises(ProofError, match="the contents are the same"):
        replace(evidence, second=right).check(federation.charter)
    other = observation(federation, 1, make_index.WEEK, 1_001)
    second = SignedContent(
        content=encode([other.level, other.survey_hash]), signature=other.signature
    )
    good = replace(evidence, second=second)
    good.check(federation.charter)
    assert decode_evidence(good.encode()) == good
    for accused in (replace(good, coop=2), replace(good, number=1), replace(good, coop=9)):
        with pytest.raises(ProofError):
            accused.check(federation.charter)
