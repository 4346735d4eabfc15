"""Names beside the log, PROTOCOL section 15: what opens what, in both validators, from the vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.names import NameNotOpened, Opening, check_opening, is_named, shown
from ledger.refusals import Refusal
from ledger.validators.interface import Validator
from tests.builders import MakeValidator
from tests.vectors import make_names
from tests.vectors.make_names import HOME, committed, named_books, offered

VECTORS = json.loads((Path(make_names.__file__).parent / "names.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["openings"])
def test_only_the_salt_and_handle_of_that_coop_open_a_commitment(case: dict[str, Any]) -> None:
    opening = Opening(salt=bytes.fromhex(str(case["salt"])), handle=str(case["handle"]))
    named, federation = bytes.fromhex(str(case["commitment"])), bytes.fromhex(VECTORS["federation"])
    coop = int(case["coop"])
    if case["opens"]:
        check_opening(opening, named, federation=federation, coop=coop)
        return
    with pytest.raises(NameNotOpened):
        check_opening(opening, named, federation=federation, coop=coop)


def test_a_handle_itself_is_opened_by_nothing() -> None:
    with pytest.raises(NameNotOpened):
        check_opening(Opening(salt=bytes(16), handle="ana"), "ana", federation=bytes(32), coop=HOME)


def test_what_can_stand_for_a_name() -> None:
    assert is_named("ana") and is_named(bytes(32))
    assert not any(map(is_named, (b"ana", "Ana", "", bytes(31), bytes(33), None, 7, "a" * 33)))
    assert shown("ana", 7) == "ana" and shown(bytes(32), 7) == "#7"


def test_handles_and_commitments_are_never_taken_for_each_other(
    make_validator: MakeValidator,
) -> None:
    books = named_books()
    validator = make_validator(books.federation.founding)
    assert validator.replay(HOME, b"".join(books.logs[HOME])).refusal is None
    assert validator.digest() == books.validator.digest()
    letters = "thirty-two-letters-of-a-handle--"
    assert validator.account_named(HOME, letters) == 5
    assert validator.account_named(HOME, letters.encode()) == 4
    assert validator.account_named(HOME, "ana") == 1
    assert validator.account_named(HOME, committed(books.federation, "ana")) == 3
    assert validator.account_named(HOME, "bea") is None
    account = validator.account(HOME, 2)
    assert account is not None and account.handle == committed(books.federation, "bea")
    for note, transaction, refusal in offered(books):
        outcome = validator.sequence(HOME, books.now, [transaction]).outcomes[0]
        assert (None if outcome > 0 else Refusal(-outcome)) == refusal, note
    class_: Any = type(validator)
    other: Validator = class_.load(books.federation.founding, validator.snapshot())
    assert other.digest() == validator.digest()
    assert other.account_named(HOME, letters.encode()) == 4
