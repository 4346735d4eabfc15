"""Getting a passphrase, in a way that leaves it in no command line, environment or history.

A person is asked at the terminal, without echo. A script gives a file that only its user can read,
or the number of an open file descriptor. The passphrase is the first and only line in it.
"""

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

from cli.shell.language import say
from node.member.private_files import open_private

SHORTEST: Final = 8
"""Characters of a new passphrase at least. Older wallets are not held to it."""
LARGEST: Final = 1_024
"""Bytes of a passphrase in UTF-8 at most."""


class PassphraseFault(Enum):
    """Why there is no usable passphrase."""

    NO_TERMINAL = "no_terminal"
    NO_TERMINAL_FOR_NEW = "no_terminal_for_new"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_ONE_LINE = "not_one_line"
    NOT_TEXT = "not_text"
    BAD_DESCRIPTOR = "bad_descriptor"
    SAME = "same"


@dataclass(eq=False)
class PassphraseError(Exception):
    """There is no usable passphrase: `fault` says why."""

    fault: PassphraseFault


class Prompt(Protocol):
    """Asks a person for a secret."""

    def __call__(self, label: str, *, confirm: bool) -> str:
        """What was typed, without its line end; with `confirm`, typed twice and the same.

        Raises `PassphraseError` when there is nobody to ask.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PassphraseSource:
    """Where the passphrase comes from: a file, a descriptor, or with neither a person."""

    file: Path | None = None
    descriptor: int | None = None


def read_passphrase(source: PassphraseSource, *, is_new: bool, prompt: Prompt) -> str:
    """The passphrase, of 1 to `LARGEST` bytes; a new one has at least `SHORTEST` characters.

    Raises `PassphraseError`; `UnsafeFile` for a file that others can read; `OSError` for one that
    can't be read.
    """
    if source.file is not None:
        with open_private(source.file) as descriptor:
            passphrase = _only_line(_read_descriptor(descriptor))
    elif source.descriptor is not None:
        passphrase = _only_line(_read_descriptor(source.descriptor))
    else:
        label = say("New passphrase") if is_new else say("Passphrase")
        passphrase = prompt(label, confirm=is_new)
    fault = _fault_in(passphrase, is_new=is_new)
    if fault is not None:
        raise PassphraseError(fault)
    return passphrase


def _fault_in(passphrase: str, *, is_new: bool) -> PassphraseFault | None:
    if not passphrase:
        return PassphraseFault.EMPTY
    if len(passphrase.encode("utf-8", "surrogatepass")) > LARGEST:
        return PassphraseFault.TOO_LONG
    if is_new and len(passphrase) < SHORTEST:
        return PassphraseFault.TOO_SHORT
    return None


def _read_descriptor(descriptor: int) -> bytes:
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read(LARGEST + 2)
    except OSError:
        raise PassphraseError(PassphraseFault.BAD_DESCRIPTOR) from None


def _only_line(data: bytes) -> str:
    if len(data) > LARGEST + 1:
        raise PassphraseError(PassphraseFault.TOO_LONG)
    line = data.removesuffix(b"\n").removesuffix(b"\r")
    if b"\n" in line:
        raise PassphraseError(PassphraseFault.NOT_ONE_LINE)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise PassphraseError(PassphraseFault.NOT_TEXT) from None
