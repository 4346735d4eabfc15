"""A memo is read by its two sides only, and only where it belongs."""

from ledger.memos import memo_reference
from node.member.sealing import open_memo, seal_memo
from tests.builders import signing_key

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
