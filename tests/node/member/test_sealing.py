"""A memo is read by its two sides only, and only where it belongs."""

import json

import pytest

from ledger.memos import memo_reference
from node.member.sealing import open_memo, seal_memo
from tests.builders import signing_key
from tests.vectors.make_vectors import FOLDER

SALT = bytes(range(16))
TEXT = "pan y huevos ñandú"
PAYEE = signing_key("sealing", "payee")
OTHER = signing_key("sealing", "other")


def test_the_payee_reads_it_and_nobody_else() -> None:
    reference = memo_reference(salt=SALT, text=TEXT)
    sealed = seal_memo(salt=SALT, text=TEXT, public_key=PAYEE.public_key)
    assert open_memo(sealed, seed=PAYEE.seed, reference=reference) == TEXT
    assert open_memo(sealed, seed=OTHER.seed, reference=reference) is None


def test_a_memo_of_another_payment_is_not_shown() -> None:
    sealed = seal_memo(salt=SALT, text=TEXT, public_key=PAYEE.public_key)
    other = memo_reference(salt=SALT, text="something else")
    assert open_memo(sealed, seed=PAYEE.seed, reference=other) is None


def test_garbage_is_not_shown() -> None:
    reference = memo_reference(salt=SALT, text=TEXT)
    for sealed in (b"", b"short", bytes(100)):
        assert open_memo(sealed, seed=PAYEE.seed, reference=reference) is None


def test_the_vectors_that_pages_are_tested_with() -> None:
    vectors = json.loads((FOLDER / "memos.json").read_text())
    for case in vectors["sealed"]:
        salt, sealed = bytes.fromhex(case["salt"]), bytes.fromhex(case["sealed"])
        reference = memo_reference(salt=salt, text=case["text"])
        opened = open_memo(sealed, seed=bytes.fromhex(case["seed"]), reference=reference)
        assert opened == case["text"]
    for text in vectors["too_long"]:
        with pytest.raises(ValueError, match="over 512 bytes"):
            memo_reference(salt=SALT, text=text)
