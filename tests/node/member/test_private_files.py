"""Private files on the real disk: what is refused, and that a failed write leaves the old file."""

import os
import stat
from pathlib import Path

import pytest

from node.member.private_files import DiskFiles, FileFault, UnsafeFile

LARGEST = 100


def test_what_is_written_is_read_and_only_for_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files = DiskFiles()
    assert files.read(path, largest=LARGEST) is None
    for data in (b"one", b"two", b""):
        files.replace(path, data)
        assert files.read(path, largest=LARGEST) == data
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o602, 0o620, 0o601, 0o777])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")
    path.chmod(mode)
    assert _fault_of_reading(path) is FileFault.OPEN_TO_OTHERS


def test_a_symbolic_link_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    DiskFiles().replace(target, b"data")
    link.symlink_to(target)
    assert _fault_of_reading(link) is FileFault.SYMBOLIC_LINK
    with pytest.raises(UnsafeFile) as refused:
        DiskFiles().replace(link, b"other")
    assert refused.value.fault is FileFault.SYMBOLIC_LINK
    assert target.read_bytes() == b"data"
    assert link.is_symlink()


def test_a_link_to_nothing_is_refused_too(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nothing")
    assert _fault_of_reading(link) is FileFault.SYMBOLIC_LINK


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (pipe, tmp_path):
        assert _fault_of_reading(path) is FileFault.NOT_A_FILE
        with pytest.raises(UnsafeFile):
            DiskFiles().replace(path, b"data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    DiskFiles().replace(path, b"data")
    os.chown(path, 12_345, -1)
    assert _fault_of_reading(path) is FileFault.OTHER_OWNER


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    DiskFiles().replace(path, b"x" * LARGEST)
    assert DiskFiles().read(path, largest=LARGEST) == b"x" * LARGEST
    DiskFiles().replace(path, b"x" * (LARGEST + 1))
    assert _fault_of_reading(path) is FileFault.TOO_LARGE


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file"
    DiskFiles().replace(path, b"old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", fail)
        else:
            patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space"):
            DiskFiles().replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def _fault_of_reading(path: Path) -> FileFault:
    with pytest.raises(UnsafeFile) as refused:
        DiskFiles().read(path, largest=LARGEST)
    assert refused.value.path == path
    return refused.value.fault
