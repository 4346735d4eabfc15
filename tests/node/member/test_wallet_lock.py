"""The wallet's lock: one holder at a time, whatever became of the last."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from node.member.wallet_lock import WalletBusy, lock_file, lock_wallet
from tests.places import PROJECT

HOLD = """
import sys
from pathlib import Path
from node.member.wallet_lock import lock_wallet

with lock_wallet(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_finds_the_wallet_busy_until_the_first_ends(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(WalletBusy) as refused, lock_wallet(path, tries=1):
            pass
        assert refused.value.process == process.pid
        process.kill()
    with lock_wallet(path) as lock:
        assert lock.path == path


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    with pytest.raises(ZeroDivisionError), lock_wallet(path):
        _ = 1 // 0
    with lock_wallet(path), pytest.raises(WalletBusy), lock_wallet(path, tries=1):
        pass
    with lock_wallet(path):
        assert lock_file(path).exists()


def test_whoever_finds_it_busy_waits_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    pauses: list[float] = []
    with lock_wallet(path):
        with pytest.raises(WalletBusy), lock_wallet(path, tries=3, sleep=pauses.append):
            pass
        assert len(pauses) == 2
    first = ExitStack()
    first.enter_context(lock_wallet(path))
    with lock_wallet(path, tries=2, sleep=lambda _: first.close()) as lock:
        assert lock.path == path


def test_a_lock_covers_its_own_wallet_only(tmp_path: Path) -> None:
    with lock_wallet(tmp_path / "wallet.json") as lock:
        lock.check_covers(tmp_path / "wallet.json")
        with pytest.raises(ValueError, match="does not cover"):
            lock.check_covers(tmp_path / "other.json")


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    lock_file(path).symlink_to(target)
    with pytest.raises(OSError, match="symbolic"), lock_wallet(path):
        pass
    assert target.read_bytes() == b"precious"


def test_the_folder_of_a_first_wallet_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "fiado"
    with lock_wallet(folder / "wallet.json"):
        assert folder.stat().st_mode & 0o777 == 0o700
