"""The words and the key they give: fixed vectors, other people's typing, and slips."""

import json
import shutil
import subprocess
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from node.member.mnemonic import (
    AmbiguousLanguage,
    ChecksumMismatch,
    Language,
    UnknownWords,
    WrongWordCount,
    entropy_length,
    parse_words,
    seed_from_words,
    words_from_entropy,
)
from node.member.wallet_file import public_key_of
from tests.places import VECTOR_FILES

VECTORS: list[dict[str, Any]] = json.loads(
    (VECTOR_FILES / "mnemonic.json").read_text(encoding="utf-8")
)
ABOUT = "abandon " * 11 + "about"

# The formula once more, as a browser would do it; nothing of it is shared with the code under test.
WEB_CRYPTO = """
const text = require('fs').readFileSync(0, 'utf8');
const encode = (string) => new TextEncoder().encode(string);
(async () => {
  const words = await crypto.subtle.importKey(
    'raw', encode(text.normalize('NFKD')), 'PBKDF2', false, ['deriveBits']);
  const bip39 = await crypto.subtle.deriveBits(
    {name: 'PBKDF2', hash: 'SHA-512', salt: encode('mnemonic'), iterations: 2048}, words, 512);
  const tag = await crypto.subtle.importKey(
    'raw', encode('fiado/member-key/v1'), {name: 'HMAC', hash: 'SHA-512'}, false, ['sign']);
  const code = await crypto.subtle.sign('HMAC', tag, bip39);
  process.stdout.write(Buffer.from(code).subarray(0, 32).toString('hex'));
})();
"""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["entropy"][:8])
def test_entropy_gives_the_words_and_the_key_of_the_vectors(vector: dict[str, Any]) -> None:
    language = Language(vector["language"])
    words = words_from_entropy(bytes.fromhex(vector["entropy"]), language=language)
    assert " ".join(words) == vector["words"]
    seed = seed_from_words(words)
    assert seed.hex() == vector["seed"]
    assert public_key_of(seed).hex() == vector["public_key"]


def test_the_first_step_is_that_of_bip39() -> None:
    # This seed of the words "abandon ... about" without a passphrase is known from BIP39 tools.
    (vector,) = [vector for vector in VECTORS if vector["words"] == ABOUT]
    assert vector["bip39_seed"].startswith("5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70")


@pytest.mark.skipif(shutil.which("node") is None, reason="needs a JavaScript runtime, node")
@pytest.mark.parametrize("vector", [VECTORS[0], VECTORS[-1]], ids=["english", "spanish"])
def test_web_crypto_derives_the_same_seed(vector: dict[str, Any]) -> None:
    done = subprocess.run(
        ["node", "-e", WEB_CRYPTO],
        input=vector["words"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert done.stdout == vector["seed"]


@given(
    st.binary(min_size=16, max_size=16) | st.binary(min_size=32, max_size=32),
    st.sampled_from(Language),
)
def test_words_read_back_however_they_are_typed(entropy: bytes, language: Language) -> None:
    words = words_from_entropy(entropy, language=language)
    typed = "\n ".join(words).upper()
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", typed)
        if not unicodedata.combining(letter)
    )
    for text in (typed, bare, unicodedata.normalize("NFKD", typed)):
        assert parse_words(text, language=language) == words
    assert parse_words(bare) == words
    numbered = "\n".join(f"{place}. {word}" for place, word in enumerate(words, start=1))
    for text in (
        numbered,
        ", ".join(words),
        f"[“{'”; “'.join(words)}”]",
        "\u00a0—\u200b".join(words),
    ):
        assert parse_words(text, language=language) == words
    assert parse_words(" ".join(f"{word[:2]}\u00ad{word[2:]}" for word in words)) == words


@pytest.mark.parametrize("language", Language)
def test_no_two_words_of_a_list_differ_by_accents_only(language: Language) -> None:
    plain = {
        unicodedata.normalize("NFKD", word).encode("ascii", "ignore")
        for word in Mnemonic(language.value).wordlist
    }
    assert len(plain) == 2048


@pytest.mark.parametrize("count", [0, 1, 11, 13, 15, 18, 23, 25])
def test_another_number_of_words_is_refused(count: int) -> None:
    with pytest.raises(WrongWordCount) as refused:
        parse_words("abandon " * count)
    assert refused.value.count == count
    with pytest.raises(WrongWordCount):
        entropy_length(count)


def test_words_that_are_in_no_list_are_named_by_position_only() -> None:
    words = ABOUT.split()
    words[2], words[6] = "abandonn", "zzz"
    with pytest.raises(UnknownWords) as refused:
        parse_words(" ".join(words))
    assert refused.value.positions == (3, 7)
    assert "abandonn" not in repr(refused.value)


def test_a_word_of_another_language_is_unknown() -> None:
    with pytest.raises(UnknownWords) as refused:
        parse_words("zurdo " + "abandon " * 10 + "about")
    assert refused.value.positions == (1,)


def test_two_words_that_changed_places_are_noticed() -> None:
    vector = next(vector for vector in VECTORS if len(vector["words"].split()) == 24)
    words = vector["words"].split()
    words[0], words[1] = words[1], words[0]
    with pytest.raises(ChecksumMismatch):
        parse_words(" ".join(words))


def test_words_that_are_valid_in_two_languages_need_the_language() -> None:
    shared = _valid_in_both()
    with pytest.raises(AmbiguousLanguage):
        parse_words(" ".join(shared))
    english = parse_words(" ".join(shared), language=Language.ENGLISH)
    spanish = parse_words(" ".join(shared), language=Language.SPANISH)
    assert seed_from_words(english) != seed_from_words(spanish)


def _valid_in_both() -> list[str]:
    """Twelve words in both lists, spelled differently, whose checksum holds in both."""
    both = ["album", "area", "carbon", "crater", "dragon", "elite", "menu", "opera", "salmon"]
    for first in both:
        for second in both:
            for last in both:
                words = [*([first] * 6), *([second] * 5), last]
                if all(_is_valid(words, language) for language in Language):
                    return words
    raise LookupError("no twelve words are valid in both languages")


def _is_valid(words: list[str], language: Language) -> bool:
    try:
        parse_words(" ".join(words), language=language)
    except ChecksumMismatch:
        return False
    return True
