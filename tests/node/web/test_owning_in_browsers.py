"""A page's check of a log knows whose signatures an account's are: owners', delegated keys'; in Node.js."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import split
from ledger.entries import decode_entry, encode_entry
from ledger.refusals import Refusal
from ledger.transactions import Pay, PayDelegated, encode_transaction
from tests.node.web.test_voting_in_browsers import counted
from tests.places import VECTOR_FILES


@pytest.fixture
def history() -> tuple[str, list[bytes]]:
    found: dict[str, Any] = json.loads((VECTOR_FILES / "owning.json").read_text())["history"]
    log = "".join(found["logs"]["1"]) if isinstance(found["logs"], dict) else ""
    return found["charter"], split(bytes.fromhex(log))


def test_every_signature_of_tills_and_owners_is_confirmed(
    history: tuple[str, list[bytes]],
) -> None:
    founding, entries = history
    found = counted(founding, entries)
    assert (found["refused"], found["unconfirmed"]) == (None, [])
    assert found["length"] == len(entries)


def forged(entries: list[bytes], kind: type[Pay], **changes: Any) -> list[bytes]:
    """The log up to the first payment of that kind, which is changed."""
    for place, data in enumerate(entries):
        entry = decode_entry(data)
        assert not isinstance(entry, Refusal)
        pay = entry.transaction
        is_joint = isinstance(pay, Pay) and not isinstance(pay.signature, bytes)
        if type(pay) is kind and (kind is PayDelegated or is_joint):
            changed = encode_transaction(replace(pay, **changes))
            return [*entries[:place], encode_entry(entry.time, changed)]
    raise AssertionError("the log has such a payment")


def test_a_key_that_nobody_delegated_is_seen(history: tuple[str, list[bytes]]) -> None:
    founding, entries = history
    found = counted(founding, forged(entries, PayDelegated, delegate=9))
    assert "nobody delegated" in found["refused"]
    last = forged(entries, PayDelegated, signature=bytes(64))
    assert counted(founding, last)["unconfirmed"] == [len(last)]


def test_too_few_owners_and_strangers_are_seen(history: tuple[str, list[bytes]]) -> None:
    founding, entries = history
    one = ((0, bytes(64)),)
    assert "enough owners" in counted(founding, forged(entries, Pay, signature=one))["refused"]
    alone = forged(entries, Pay, signature=bytes(64))
    assert "one owner of several" in counted(founding, alone)["refused"]
    stranger = ((0, bytes(64)), (9, bytes(64)))
    assert "no owner" in counted(founding, forged(entries, Pay, signature=stranger))["refused"]
    last = forged(entries, Pay, signature=((0, bytes(64)), (1, bytes(64))))
    assert counted(founding, last)["unconfirmed"] == [len(last), len(last)]
