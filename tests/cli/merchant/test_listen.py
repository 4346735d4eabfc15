"""`fiado merchant listen` signs with the same secret every time, and each wallet with its own."""

from pathlib import Path

import pytest

from cli.merchant.listen import _kept_key
from node.member.private_files import UnsafeFile


def test_the_secret_stays_as_it_is(tmp_path: Path) -> None:
    first = _kept_key(tmp_path / "wallet.json")
    assert _kept_key(tmp_path / "wallet.json").seed == first.seed
    assert _kept_key(tmp_path / "other.json").seed != first.seed
    kept = tmp_path / "wallet.json.listen"
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.chmod(0o644)
    with pytest.raises(UnsafeFile):
        _kept_key(tmp_path / "wallet.json")


def test_a_file_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    first = _kept_key(tmp_path / "wallet.json")
    kept = tmp_path / "wallet.json.listen"
    kept.write_bytes(kept.read_bytes()[:5])
    again = _kept_key(tmp_path / "wallet.json")
    assert again.seed != first.seed
    assert _kept_key(tmp_path / "wallet.json").seed == again.seed
