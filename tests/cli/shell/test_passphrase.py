"""Where passphrases come from, and what is refused before any key is made of them."""

import os
from pathlib import Path

import pytest

from cli.shell.passphrase import (
    LARGEST,
    PassphraseError,
    PassphraseFault,
    PassphraseSource,
    read_passphrase,
)
from node.member.private_files import FileFault, UnsafeFile


class Person:
    """A `Prompt` that answers, and remembers what it was asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, label: str, *, confirm: bool) -> str:
        """See `Prompt`."""
        self.asked.append((label, confirm))
        return self.answer


NOBODY = Person("never to be used")


def private(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def read_from(data: bytes, tmp_path: Path, *, is_new: bool = False) -> str:
    """The passphrase from a file with this content, which a descriptor must give too."""
    path = private(tmp_path / "passphrase", data)
    from_file = read_passphrase(PassphraseSource(file=path), is_new=is_new, prompt=NOBODY)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        source = PassphraseSource(descriptor=descriptor)
        assert read_passphrase(source, is_new=is_new, prompt=NOBODY) == from_file
    finally:
        os.close(descriptor)
    assert NOBODY.asked == []
    return from_file


def test_a_person_is_asked_and_for_a_new_one_twice() -> None:
    person = Person("cuatro palabras")
    assert read_passphrase(PassphraseSource(), is_new=False, prompt=person) == "cuatro palabras"
    assert read_passphrase(PassphraseSource(), is_new=True, prompt=person) == "cuatro palabras"
    assert person.asked == [("Passphrase", False), ("New passphrase", True)]


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [
        (b"cuatro palabras", "cuatro palabras"),
        (b"cuatro palabras\n", "cuatro palabras"),
        (b"cuatro palabras\r\n", "cuatro palabras"),
        (b" blanks count \n", " blanks count "),
        ("cañón\n".encode(), "cañón"),
        (b"x" * LARGEST + b"\n", "x" * LARGEST),
    ],
)
def test_a_file_gives_its_only_line(data: bytes, passphrase: str, tmp_path: Path) -> None:
    assert read_from(data, tmp_path) == passphrase


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", PassphraseFault.EMPTY),
        (b"\n", PassphraseFault.EMPTY),
        (b"one\ntwo\n", PassphraseFault.NOT_ONE_LINE),
        (b"one\n\n", PassphraseFault.NOT_ONE_LINE),
        (b"\xff\xfe", PassphraseFault.NOT_TEXT),
        (b"x" * (LARGEST + 1), PassphraseFault.TOO_LONG),
        (b"x" * 100_000, PassphraseFault.TOO_LONG),
    ],
)
def test_what_is_no_passphrase_is_refused(
    data: bytes, fault: PassphraseFault, tmp_path: Path
) -> None:
    with pytest.raises(PassphraseError) as refused:
        read_from(data, tmp_path)
    assert refused.value.fault is fault


def test_only_a_new_passphrase_must_have_some_length(tmp_path: Path) -> None:
    assert read_from(b"short12", tmp_path) == "short12"
    assert read_from(b"long1234", tmp_path, is_new=True) == "long1234"
    with pytest.raises(PassphraseError) as refused:
        read_from(b"short12", tmp_path, is_new=True)
    assert refused.value.fault is PassphraseFault.TOO_SHORT


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "passphrase", b"cuatro palabras\n")
    path.chmod(0o644)
    with pytest.raises(UnsafeFile) as refused:
        read_passphrase(PassphraseSource(file=path), is_new=False, prompt=NOBODY)
    assert refused.value.fault is FileFault.OPEN_TO_OTHERS


def test_a_descriptor_that_is_not_open_is_refused() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    with pytest.raises(PassphraseError) as refused:
        read_passphrase(PassphraseSource(descriptor=reading), is_new=False, prompt=NOBODY)
    assert refused.value.fault is PassphraseFault.BAD_DESCRIPTOR
