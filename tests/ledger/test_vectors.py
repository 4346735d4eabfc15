"""The committed vectors are what the protocol makes, and both validators agree with them.

The expectations are read from the files, never from the code that wrote them.
"""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.agreement import decision_message
from ledger.chain import genesis
from ledger.codec import Value, decode, encode
from ledger.entries import decode_entry, decode_transaction, encode_entry
from ledger.errors import CharterError, EncodingError, ProofError
from ledger.evidence import InvalidEntryEvidence, decode_evidence
from ledger.founding import check_charter_signatures, parse_charter_signatures, parse_founding
from ledger.government.guarantees import Pledge, needed_of, shares
from ledger.invariants import find_violations
from ledger.memos import memo_reference, reason_hash
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.shapes import Kind
from ledger.signatures import SigningKey, verify
from ledger.transactions import encode_transaction
from ledger.validators.interface import Validator
from tests.builders import MakeValidator
from tests.vectors import make_vectors as maker
from tests.vectors.fuzz_seeds import write_seeds


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((maker.FOLDER / name).read_text(encoding="utf-8"))
    return content


def untagged(value: Any) -> Value:
    match value:
        case {"int": number}:
            return int(number)
        case {"bin": data}:
            return bytes.fromhex(data)
        case {"str": str(text)}:
            return text
        case list():
            return [untagged(item) for item in value]
        case _:
            assert value is None
            return None


def replayed(case: dict[str, Any], make_validator: MakeValidator) -> Validator:
    """All logs of a case, each as far as it goes before another has to go on."""
    validator = make_validator(parse_founding(case["charter"].encode("utf-8")))
    rests = {int(coop): list(map(bytes.fromhex, log)) for coop, log in case["logs"].items()}
    for coop in rests:
        validator.open_log(coop)
    while any(rests.values()):
        before = sum(map(len, rests.values()))
        for coop, entries in rests.items():
            result = validator.replay(coop, b"".join(entries))
            assert result.refusal is None
            del entries[: result.count]
        assert sum(map(len, rests.values())) < before, "all logs wait"
    return validator


@pytest.mark.parametrize("name", maker.MAKERS)
def test_the_committed_file_is_what_the_program_writes(name: str) -> None:
    committed = (maker.FOLDER / name).read_text(encoding="utf-8")
    assert committed == maker.render(maker.MAKERS[name]())


def test_codec() -> None:
    vectors = load("codec.json")
    for case in vectors["valid"]:
        value, data = untagged(case["value"]), bytes.fromhex(case["bytes"])
        assert encode(value) == data
        assert decode(data) == value
    for case in vectors["invalid"]:
        with pytest.raises(EncodingError):
            decode(bytes.fromhex(case["bytes"]))


def test_charters() -> None:
    vectors = load("charters.json")
    for case in vectors["valid"]:
        source = case["source"].encode("utf-8")
        founding = parse_founding(source)
        charter = founding.genesis
        assert founding.federation.hex() == case["federation"] == sha256(source).hexdigest()
        assert charter.entries_per_day == case["entries_per_day"]
        signatures = parse_charter_signatures(case["signatures_file"].encode())
        check_charter_signatures(founding, signatures)
        assert len(case["coops"]) == len(charter.coops)
        for about in case["coops"]:
            coop = charter.coops[about["number"]]
            assert (coop.name, coop.clearing_limit) == (about["name"], about["clearing_limit"])
            assert SigningKey(bytes.fromhex(about["node_seed"])).public_key == coop.node_key
            seeds = map(bytes.fromhex, about["steward_seeds"])
            assert [SigningKey(seed).public_key for seed in seeds] == [
                steward.key for steward in coop.stewards
            ]
            head = genesis(federation=charter.federation, coop=coop.number)
            assert head.hex() == about["genesis"]
    for case in vectors["invalid"]:
        with pytest.raises(CharterError) as caught:
            parse_founding(case["source"].encode("utf-8"))
        check_field(case, caught.value)
    for case in vectors["invalid_signatures"]:
        with pytest.raises(CharterError) as caught:
            parse_charter_signatures(case["source"].encode("utf-8"))
        check_field(case, caught.value)


def check_field(case: dict[str, Any], error: CharterError) -> None:
    """The error names the field; where the file as a whole is no TOML, there is none."""
    first = str(error).split()[0].rstrip(":")
    assert first == (case["field"] or "the"), (case["note"], str(error))


def test_messages() -> None:
    for case in load("messages.json")["cases"]:
        message = (
            case["tag"].encode("ascii").ljust(16, b"\0")
            + bytes.fromhex(case["federation"])
            + case["coop"].to_bytes(4, "big")
            + bytes.fromhex(case["body"])
        )
        assert message.hex() == case["message"]
        key = SigningKey(bytes.fromhex(case["seed"]))
        assert key.public_key.hex() == case["public_key"]
        assert key.sign(message).hex() == case["signature"]


def test_transactions() -> None:
    vectors = load("transactions.json")
    for case in vectors["cases"]:
        data = bytes.fromhex(case["bytes"])
        assert encode(untagged(case["elements"])) == data
        transaction = decode_transaction(data)
        assert not isinstance(transaction, Refusal)
        assert encode_transaction(transaction) == data
        assert encode_entry(vectors["time"], data).hex() == case["entry"]
        for signed in case.get("signatures", []):
            key, signature = SigningKey(bytes.fromhex(signed["seed"])), signed["signature"]
            message = bytes.fromhex(case["message"])
            assert key.sign(message).hex() == signature
            assert bytes.fromhex(signature) in data
            verify(public_key=key.public_key, message=message, signature=bytes.fromhex(signature))
        if "signed_part" in case:
            assert case["bytes"].startswith(case["signed_part"])
            context = vectors["federation"] + vectors["coop"].to_bytes(4, "big").hex()
            tag = b"fiado1.entry".ljust(16, b"\0").hex()
            assert case["message"] == tag + context + case["signed_part"]


def test_malformed_entries(make_validator: MakeValidator) -> None:
    vectors = load("transactions.json")
    charter = load("charters.json")["valid"][0]["source"].encode("utf-8")
    validator = make_validator(parse_founding(charter))
    for case in vectors["malformed"]:
        entry = bytes.fromhex(case["entry"])
        found = decode_entry(entry)
        assert isinstance(found, Refusal)
        assert (found.value, found.code) == (case["refusal"], case["name"])
        assert validator.judge(1, entry) is found, case["note"]


@pytest.mark.parametrize(
    "name",
    [
        "refusals.json",
        "days.json",
        "bylaws.json",
        "commons.json",
        "terms.json",
        "voting.json",
        "recovery.json",
        "guarantees.json",
        "leaving.json",
        "owning.json",
        "opening.json",
    ],
)
def test_refusals(name: str, make_validator: MakeValidator) -> None:
    vectors = load(name)
    validator = replayed(vectors, make_validator)
    assert validator.digest().hex() == vectors["digest"]
    coop = vectors["coop"]
    for case in vectors["cases"]:
        entry = bytes.fromhex(case["entry"])
        verdict = validator.judge(coop, entry)
        if case["refusal"] is None:
            assert verdict is None, case["note"]
            continue
        assert verdict is Refusal(case["refusal"]), case["note"]
        assert verdict.code == case["name"]
        result = validator.replay(coop, entry)
        assert (result.count, result.refusal) == (0, verdict), case["note"]
    assert validator.digest().hex() == vectors["digest"]


def test_a_history_of_votes(make_validator: MakeValidator) -> None:
    case = load("voting.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    for number, row in case["proposals"].items():
        assert validator.row(1, "proposals", encode(int(number))) == bytes.fromhex(row)


def test_a_history_of_keys(make_validator: MakeValidator) -> None:
    case = load("recovery.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    for number, key in case["keys"].items():
        account = validator.account(1, int(number))
        assert account is not None
        assert account.key.hex() == key


def test_a_history_of_tills_and_owners(make_validator: MakeValidator) -> None:
    case = load("owning.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    for chapter, expected in case["rows"].items():
        rows = validator.rows(1, chapter)
        assert [[key.hex(), value.hex()] for key, value in rows] == expected


def test_a_history_of_guarantees(make_validator: MakeValidator) -> None:
    case = load("guarantees.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    rows = validator.rows(1, "guarantees")
    assert [[key.hex(), value.hex()] for key, value in rows] == case["rows"]
    assert [[number, validator.pledged(1, number)] for number in range(1, 9)] == case["pledged"]


def test_debts_are_divided_and_guarantees_change_as_the_vectors_say() -> None:
    vectors = load("guarantees.json")
    for case in vectors["shares"]:
        assert shares(case["debt"], dict(case["caps"])) == dict(case["shares"])
    for case in vectors["changes"]:
        others = {number: Pledge(cap=cap) for number, cap in case["others"]}
        needed = needed_of(2, balance=case["balance"], pledges=others)
        after = Pledge(cap=case["before"]).changed(case["wanted"], None, needed)
        assert (needed, after.cap) == (case["needed"], case["worst"])
        assert case["room"] - case["room_after"] == case["worst"] - case["before"]


def test_a_history_of_moving_in(make_validator: MakeValidator) -> None:
    case = load("opening.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]


def test_a_history_of_leaving(make_validator: MakeValidator) -> None:
    case = load("leaving.json")["history"]
    validator = replayed(case, make_validator)
    assert validator.digest().hex() == case["digest"]
    for number, balance in case["balances"].items():
        account = validator.account(1, int(number))
        assert account is not None
        assert account.balance == balance
    assert validator.log(1).commons == case["commons"]
    for number, row in case["settled"].items():
        assert validator.row(1, "settled", encode(int(number))) == bytes.fromhex(row)


def test_histories(make_validator: MakeValidator) -> None:
    for case in load("histories.json")["histories"]:
        validator = replayed(case, make_validator)
        assert validator.digest().hex() == case["digest"]
        assert sha256(bytes.fromhex("".join(case["listing"]))).hexdigest() == case["digest"]
        total = 0
        for name, about in case["coops"].items():
            coop = int(name)
            log = validator.log(coop)
            assert log.head.hex() == case["heads"][name]
            found = (log.position, log.held, log.commons)
            assert found == (about["position"], about["held"], about["commons"])
            balances = {str(each.number): each.balance for each in validator.accounts(coop)}
            assert balances == about["balances"]
            in_transit = sum(item.amount for item in validator.in_transit(coop))
            assert in_transit == about["in_transit"]
            total += log.commons + sum(balances.values()) + in_transit
        assert total == 0


def test_receipts() -> None:
    vectors = load("receipts.json")
    charter = parse_founding(vectors["charter"].encode("utf-8")).genesis
    for case in vectors["valid"]:
        receipt = decode_receipt(bytes.fromhex(case["receipt"]))
        assert receipt.check(charter) == decode_entry(bytes.fromhex(case["entry"]))
        assert (receipt.entry.hex(), receipt.length) == (case["entry"], case["length"])
        assert receipt.encode().hex() == case["receipt"]
    for case in vectors["invalid"]:
        with pytest.raises(ProofError):
            decode_receipt(bytes.fromhex(case["receipt"])).check(charter)


def test_memos() -> None:
    for case in load("memos.json")["cases"]:
        salt = bytes.fromhex(case["salt"])
        assert memo_reference(salt=salt, text=case["text"]).hex() == case["memo_reference"]
        assert reason_hash(salt=salt, text=case["text"]).hex() == case["reason_hash"]


def test_evidence(make_validator: MakeValidator) -> None:
    vectors = load("evidence.json")
    validator = replayed(vectors, make_validator)
    before = validator.digest()

    def check(case: dict[str, Any]) -> None:
        evidence = decode_evidence(bytes.fromhex(case["evidence"]))
        assert (evidence.kind, evidence.coop) == (case["kind"], case["coop"])
        if isinstance(evidence, InvalidEntryEvidence):
            evidence.check(validator)
        else:
            evidence.check(validator.charter(evidence.coop))

    for case in vectors["valid"]:
        check(case)
    for case in vectors["invalid"]:
        with pytest.raises(ProofError):
            check(case)
    assert validator.digest() == before


def test_the_fuzzer_begins_with_the_entries_of_the_vectors(tmp_path: Path) -> None:
    assert write_seeds(tmp_path) == len(list(tmp_path.iterdir())) > 1_000
    kinds = {
        entry.transaction.kind
        for file in tmp_path.iterdir()
        if not isinstance(entry := decode_entry(file.read_bytes()), Refusal)
    }
    assert {Kind.PAY, Kind.ADMIT, Kind.LIMIT, Kind.STATUS, Kind.ANCHOR, Kind.RETURN} <= kinds


def test_the_readme_has_one_row_for_each_file() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", (maker.FOLDER / "README.md").read_text("utf-8"), re.M)
    assert sorted(rows) == sorted(path.name for path in maker.FOLDER.glob("*.json"))


@pytest.mark.parametrize("history", load("forks.json")["histories"])
def test_forks(history: dict[str, Any], make_validator: MakeValidator) -> None:
    validator = make_validator(parse_founding(history["charter"].encode("utf-8")))
    rests: dict[tuple[int, int], list[bytes]] = {}
    for coop, branches in history["logs"].items():
        for branch, log in enumerate(branches):
            assert branch == 0 or validator.add_branch(int(coop)) == branch
            rests[int(coop), branch] = [bytes.fromhex(entry) for entry in log]
    while any(rests.values()):
        before = sum(map(len, rests.values()))
        for (home, branch), entries in rests.items():
            result = validator.replay(home, b"".join(entries), branch=branch)
            assert result.refusal is None
            del entries[: result.count]
        assert sum(map(len, rests.values())) < before, "all logs wait"
    assert validator.digest().hex() == history["digest"]
    assert sha256(bytes.fromhex("".join(history["listing"]))).hexdigest() == history["digest"]
    for coop, expected in history["coops"].items():
        number = int(coop)
        assert validator.standing(number) == expected["standing"]
        branches = validator.branches(number)
        logs = [validator.log(number, branch=branch) for branch in branches]
        assert [log.position for log in logs] == expected["positions"]
        others = [other for other in validator.coops if other != number]
        losses = [
            sum(validator.fork_loss(number, other=other, branch=branch) for other in others)
            for branch in branches
        ]
        assert losses == expected["losses"]
    assert find_violations(validator) == []


def test_changes_of_the_charter(make_validator: MakeValidator) -> None:
    vectors = load("charter_changes.json")
    validator = replayed(vectors, make_validator)
    assert validator.digest().hex() == vectors["digest"]
    for coop, expected in vectors["charters"].items():
        charter = validator.charter(int(coop))
        assert (charter.version, charter.base.hex()) == (expected["version"], expected["base"])
        assert charter.decision_quorum == expected["decision_quorum"]
        assert charter.witness_quorum == expected["witness_quorum"]
        assert list(map(str, charter.coops)) == list(expected["coops"])
        for number, coop_then in expected["coops"].items():
            found = charter.coops[int(number)]
            assert found.standing == coop_then["standing"]
            assert found.clearing_limit == coop_then["clearing_limit"]
            assert found.node_key.hex() == coop_then["node_key"]
            earlier = [[each.key.hex(), each.until] for each in found.earlier_keys]
            assert earlier == coop_then["earlier_keys"]
    for case in vectors["cases"]:
        verdict = validator.judge(case["coop"], bytes.fromhex(case["entry"]))
        assert (verdict and verdict.value) == case["refusal"], case["note"]  # type: ignore[union-attr]
    assert validator.digest().hex() == vectors["digest"]


def test_decisions_about_the_charter_are_signed_as_they_say() -> None:
    vectors = load("charter_changes.json")
    genesis = parse_founding(vectors["charter"].encode("utf-8")).genesis
    for decision in vectors["decisions"][:1]:
        for number, signature in decision["signatures"].items():
            verify(
                public_key=genesis.coops[int(number)].node_key,
                message=decision_message(
                    federation=genesis.federation,
                    coop=int(number),
                    body=bytes.fromhex(decision["body"]),
                ),
                signature=bytes.fromhex(signature),
            )


def test_tables_currencies_ends_and_falling_times(make_validator: MakeValidator) -> None:
    vectors = load("charter_index.json")
    validator = replayed(vectors, make_validator)
    assert validator.digest().hex() == vectors["digest"]
    for coop, expected in vectors["indexes"].items():
        index = validator.index(int(coop))
        assert index is not None
        assert index.parameters.base_day == expected["base_day"]
        assert (index.place, list(index.values)) == (expected["place"], expected["values"])
        assert index.currency_on(index.known_until) == expected["currency"]
    for coop, balances in vectors["balances"].items():
        accounts = validator.accounts(int(coop))
        assert {str(each.number): each.balance for each in accounts} == balances
    for case in vectors["cases"]:
        verdict = validator.judge(case["coop"], bytes.fromhex(case["entry"]))
        assert (verdict and verdict.value) == case["refusal"], case["note"]  # type: ignore[union-attr]
    assert validator.digest().hex() == vectors["digest"]
