"""The committed vectors of the index are what the protocol makes; both validators agree with them."""

import json
from typing import Any

import pytest

from ledger.charter import parse_charter
from ledger.errors import ProofError
from ledger.evidence import DecisionEvidence, decode_evidence
from ledger.refusals import Refusal
from ledger.validator import Validator
from tests.builders import MakeValidator
from tests.vectors import make_index

VECTORS: dict[str, Any] = json.loads(make_index.FILE.read_text(encoding="utf-8"))


def replayed(case: dict[str, Any], make_validator: MakeValidator) -> Validator:
    validator = make_validator(parse_charter(case["charter"].encode("utf-8")))
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


@pytest.mark.parametrize("number", range(2))
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
    charter = parse_charter(VECTORS["histories"][0]["charter"].encode("utf-8"))
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
