"""Memos and reasons are bound by salted hashes."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.memos import memo_reference, reason_hash

SALT = bytes(range(16))


def test_a_memo_is_the_hash_of_tag_salt_and_text() -> None:
    text = "dos kilos de pan y café"
    memo = b"fiado1.memo\0\0\0\0\0" + SALT + text.encode("utf-8")
    reason = b"fiado1.reason\0\0\0" + SALT + text.encode("utf-8")
    assert memo_reference(salt=SALT, text=text) == sha256(memo).digest()
    assert reason_hash(salt=SALT, text=text) == sha256(reason).digest()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120), st.integers(0, 127))
def test_another_salt_is_another_hash(text: str, bit: int) -> None:
    other = (int.from_bytes(SALT, "big") ^ (1 << bit)).to_bytes(16, "big")
    assert memo_reference(salt=SALT, text=text) != memo_reference(salt=other, text=text)


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + b"\0"])
def test_a_salt_has_sixteen_bytes(salt: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        memo_reference(salt=salt, text="pan")
    with pytest.raises(ValueError, match="16 bytes"):
        reason_hash(salt=salt, text="pan")


def test_a_text_has_at_most_512_bytes_not_characters() -> None:
    assert len(memo_reference(salt=SALT, text="ñ" * 256)) == 32
    with pytest.raises(ValueError, match="512 bytes"):
        memo_reference(salt=SALT, text="ñ" * 256 + "a")


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        memo_reference(salt=SALT, text="\ud800")
