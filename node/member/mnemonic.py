"""The words that a member writes down, and the signing key that follows from them.

The words are BIP39: 12 or 24 of a list of 2,048, in English or Spanish, the last one partly a
checksum. The key follows by a formula that a browser's WebCrypto, a shell with OpenSSL, or any
other program can repeat, so that a member never depends on this one:

    words      in small letters, joined by one space, in Unicode form NFKD, as UTF-8
    bip39_seed = PBKDF2-HMAC-SHA512(password = words, salt = "mnemonic", 2048 rounds, 64 bytes)
    seed       = HMAC-SHA512(key = "fiado/member-key/v1", message = bip39_seed), first 32 bytes
    key pair   = Ed25519 from the 32-byte seed (RFC 8032)

The first step is BIP39's own with no passphrase of its own ("25th word"); that is not supported.
The second keeps this key apart from any other that somebody derives from the same words.

No randomness here: entropy comes in as an argument.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from mnemonic import Mnemonic

DERIVATION_KEY: Final = b"fiado/member-key/v1"
"""The HMAC key of the last step. Changing it would lose every key; a new scheme takes a new tag."""

_SOFT_HYPHEN: Final = "\u00ad"

SEED_LENGTH: Final = 32
"""Bytes in an Ed25519 seed."""

_ENTROPY_LENGTH_BY_WORD_COUNT: Final = {12: 16, 24: 32}


class Language(Enum):
    """The languages of the word lists, by the names that BIP39 gives them."""

    ENGLISH = "english"
    SPANISH = "spanish"


@dataclass(eq=False)
class MnemonicError(Exception):
    """The words are not a mnemonic. The words themselves are never part of an error."""


@dataclass(eq=False)
class WrongWordCount(MnemonicError):
    """There are `count` words; there must be 12 or 24."""

    count: int


@dataclass(eq=False)
class UnknownWords(MnemonicError):
    """The words at these positions, from 1, are in no list, or not in that of the others."""

    positions: tuple[int, ...]


@dataclass(eq=False)
class ChecksumMismatch(MnemonicError):
    """Every word is in the list but together they are not a mnemonic: one is wrong or misplaced."""


@dataclass(eq=False)
class AmbiguousLanguage(MnemonicError):
    """The words are a mnemonic in more than one language, and these give different keys."""


def entropy_length(word_count: int) -> int:
    """How many random bytes a mnemonic of 12 or 24 words needs; else `WrongWordCount`."""
    length = _ENTROPY_LENGTH_BY_WORD_COUNT.get(word_count)
    if length is None:
        raise WrongWordCount(word_count)
    return length


def words_from_entropy(entropy: bytes, *, language: Language) -> tuple[str, ...]:
    """The 12 or 24 words for 16 or 32 random bytes, which must be secret and never used twice."""
    if len(entropy) not in _ENTROPY_LENGTH_BY_WORD_COUNT.values():
        raise ValueError(f"entropy is {len(entropy)} bytes, it must be 16 or 32")
    return tuple(_composed(_list(language).to_mnemonic(entropy)).split())


def parse_words(text: str, *, language: Language | None = None) -> tuple[str, ...]:
    """Read a mnemonic as somebody types it and return the words as the list spells them.

    Whatever is not a letter stands between two words, so a list may be numbered or have commas, and capitals
    don't matter, nor do accents: the lists have no two words that differ only by an accent. Without
    `language` it is found from the words.

    Raises a `MnemonicError` when the text is not a valid mnemonic.
    """
    typed = _words_in(text)
    entropy_length(len(typed))
    languages = tuple(Language) if language is None else (language,)
    spelled = {tongue: _spell(typed, tongue) for tongue in languages}
    complete = {
        tongue: tuple(word for word in words if word is not None)
        for tongue, words in spelled.items()
        if None not in words
    }
    if not complete:
        raise UnknownWords(_fewest_unknown(list(spelled.values())))
    valid = {words for tongue, words in complete.items() if _list(tongue).check(_joined(words))}
    if not valid:
        raise ChecksumMismatch
    if len(valid) > 1:
        raise AmbiguousLanguage
    return valid.pop()


def seed_from_words(words: Sequence[str]) -> bytes:
    """The 32-byte Ed25519 seed, by the formula at the top of this module.

    `words` come from `parse_words` or `words_from_entropy`; they are not checked again.
    """
    password = _joined(words).encode()
    bip39_seed = hashlib.pbkdf2_hmac("sha512", password, b"mnemonic", 2048, 64)
    return hmac.digest(DERIVATION_KEY, bip39_seed, "sha512")[:SEED_LENGTH]


@cache
def _list(language: Language) -> Mnemonic:
    return Mnemonic(language.value)


@cache
def _spelling(language: Language) -> dict[str, str]:
    """The list's own spelling of each word, by the word without accents."""
    return {_plain(word): _composed(word) for word in _list(language).wordlist}


def _spell(typed: Sequence[str], language: Language) -> list[str | None]:
    return [_spelling(language).get(word) for word in typed]


def _words_in(text: str) -> list[str]:
    """The words as people type or paste them, without accents. A soft hyphen is nothing at all."""
    letters = _plain(text.replace(_SOFT_HYPHEN, ""))
    return "".join(letter if letter.isalpha() else " " for letter in letters).split()


def _fewest_unknown(candidates: Sequence[Sequence[str | None]]) -> tuple[int, ...]:
    """The positions of unknown words in the language that knows most of them."""
    positions = [
        tuple(position for position, word in enumerate(words, start=1) if word is None)
        for words in candidates
    ]
    return min(positions, key=len)


def _plain(word: str) -> str:
    """The word in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _composed(text: str) -> str:
    """With each accent in one character with its letter, as terminals show them best."""
    return unicodedata.normalize("NFC", text)


def _joined(words: Sequence[str]) -> str:
    return unicodedata.normalize("NFKD", " ".join(words))
