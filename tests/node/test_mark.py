"""The mark outside the database: what is noted is read again, and a copy of it is known for one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from node.errors import StorageFault
from node.mark import NEW, Doubt, FileMark, Mark, doubt_about, read_mark, write_first_mark

HEAD, OTHER = b"h" * 32, b"o" * 32
MARK = Mark(length=7, head=HEAD, tokens=(b"", b"t" * 16), is_exact=True)


def test_what_is_written_and_noted_is_read_by_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "node.mark"
    mark = FileMark(path)
    assert mark.read() is Doubt.UNMARKED
    mark.write(MARK)
    assert read_mark(path) == MARK
    mark.note(9, OTHER)
    expected = Mark(length=9, head=OTHER, tokens=MARK.tokens, is_exact=False)
    assert mark.read() == expected
    # Killed, with nothing closed:
    assert FileMark(path).read() == expected
    mark.note(8, HEAD)
    assert read_mark(path) == expected
    mark.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_new_key_has_signed_nothing(tmp_path: Path) -> None:
    path = tmp_path / "node.mark"
    write_first_mark(path)
    assert read_mark(path) == NEW
    FileMark(path).write(MARK)
    write_first_mark(path)
    assert read_mark(path) == MARK


def test_half_a_note_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "node.mark"
    mark = FileMark(path)
    mark.write(MARK)
    mark.note(9, OTHER)
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    assert read_mark(path) == MARK


def test_every_flipped_bit_of_the_first_line_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "node.mark"
    FileMark(path).write(MARK)
    whole = path.read_bytes()
    for place in range(whole.index(b"\n") * 8):
        content = bytearray(whole)
        content[place // 8] ^= 1 << place % 8
        with path.open("r+b") as file:
            file.write(content)
        assert read_mark(path) is Doubt.UNMARKED


def _moved(path: Path) -> None:
    path.rename(path.with_name("away"))
    shutil.copy2(path.with_name("away"), path)


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (_moved, Doubt.COPIED),
        (Path.unlink, Doubt.UNMARKED),
        (lambda path: os.truncate(path, 10), Doubt.UNMARKED),
        (lambda path: os.truncate(path, 0), Doubt.UNMARKED),
    ],
)
def test_what_is_not_the_file_that_was_written(
    tmp_path: Path, change: Callable[[Path], None], doubt: Doubt
) -> None:
    path = tmp_path / "node.mark"
    mark = FileMark(path)
    mark.write(MARK)
    change(path)
    assert read_mark(path) is doubt
    assert mark.read() == MARK, "the process that wrote it knows better"


def test_a_folder_moved_as_a_whole_is_still_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "norte"
    folder.mkdir()
    FileMark(folder / "node.mark").write(MARK)
    folder.rename(tmp_path / "elsewhere")
    assert read_mark(tmp_path / "elsewhere" / "node.mark") == MARK


def test_a_mark_that_can_not_be_written_is_a_storage_fault(tmp_path: Path) -> None:
    with pytest.raises(StorageFault, match=r"node\.mark can't be written"):
        FileMark(tmp_path / "gone" / "node.mark").write(MARK)


@pytest.mark.parametrize(
    ("length", "head", "token", "exact", "doubt"),
    [
        (7, HEAD, b"", True, None),
        (7, HEAD, b"t" * 16, True, None),
        (7, b"", b"", True, None),
        (6, HEAD, b"", False, Doubt.SHORTER),
        (6, HEAD, b"", True, Doubt.SHORTER),
        (7, OTHER, b"", False, Doubt.OTHER_HISTORY),
        (8, OTHER, b"", False, Doubt.OTHER_HISTORY),
        (8, HEAD, b"", False, None),
        (8, HEAD, b"", True, Doubt.OTHER_COPY),
        (7, HEAD, b"x" * 16, False, Doubt.OTHER_COPY),
    ],
)
def test_what_speaks_against_a_database(
    length: int, head: bytes, token: bytes, exact: bool, doubt: Doubt | None
) -> None:
    mark = Mark(length=7, head=HEAD, tokens=MARK.tokens, is_exact=exact)
    assert doubt_about(mark, length=length, head=head, token=token) is doubt
