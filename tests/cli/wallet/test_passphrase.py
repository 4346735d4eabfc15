"""Another passphrase for a wallet: the old file or the new one, and never none."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.shell.exit_codes import ExitCode
from node.member.membership import keep_node
from node.member.wallet_file import (
    WrongPassphrase,
    create_wallet,
    read_wallet,
    unlock_wallet,
)
from node.member.wallet_lock import lock_wallet
from tests.cli.bank import PASSPHRASE, QUICK
from tests.cli.kill_points import KILLED, run_to

SEED = bytes(range(32))
NEW = "otras cuatro palabras"
POINTS = 20


def secret(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    path = tmp_path / "wallet.json"
    with lock_wallet(path) as lock:
        create_wallet(lock, seed=SEED, passphrase=PASSPHRASE, stretching=QUICK)
    return path


def command(wallet: Path, *, old: str = PASSPHRASE, new: str = NEW) -> list[str]:
    """The words that change the passphrase."""
    old_file, new_file = (
        secret(wallet.parent, name, text) for name, text in (("o", old), ("n", new))
    )
    words = ["wallet", "passphrase", "--wallet", str(wallet)]
    return [*words, "--passphrase-file", str(old_file), "--new-passphrase-file", str(new_file)]


def run(words: list[str]) -> Result:
    return CliRunner().invoke(main, words)


def opens(wallet: Path, passphrase: str) -> bool:
    """Whether it opens with that passphrase, for the same key."""
    try:
        return unlock_wallet(read_wallet(wallet), passphrase=passphrase).seed == SEED
    except WrongPassphrase:
        return False


def test_the_new_passphrase_opens_the_wallet_and_the_old_one_does_not(wallet: Path) -> None:
    before = read_wallet(wallet).public
    result = run(command(wallet))
    assert result.exit_code == ExitCode.OK, result.output
    assert "Copies that you made" in result.output
    assert (opens(wallet, NEW), opens(wallet, PASSPHRASE)) == (True, False)
    assert read_wallet(wallet).public == before
    assert wallet.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"old": "falsa pero larga"}, "does not open the wallet"),
        ({"new": "corta"}, "too short"),
        ({"new": PASSPHRASE}, "already the wallet's passphrase"),
    ],
)
def test_a_wrong_short_or_same_passphrase_changes_nothing(
    wallet: Path, given: dict[str, str], told: str
) -> None:
    before = wallet.read_bytes()
    result = run(command(wallet, **given))
    assert result.exit_code == ExitCode.WALLET
    assert told in result.output
    assert wallet.read_bytes() == before


def test_where_nobody_can_be_asked_for_the_new_one_its_options_are_named(wallet: Path) -> None:
    result = run(command(wallet)[:-2])
    assert result.exit_code == ExitCode.WALLET
    assert "--new-passphrase-file" in result.output


def test_what_another_command_learnt_meanwhile_stays(
    wallet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_typing(*_: object, **__: object) -> str:
        keep_node(unlock_wallet(read_wallet(wallet), passphrase=PASSPHRASE), "http://moved:1")
        return NEW

    monkeypatch.setattr("cli.wallet.passphrase.read_passphrase", slow_typing)
    assert run(command(wallet)).exit_code == ExitCode.OK
    assert read_wallet(wallet).public.node_url == "http://moved:1"
    assert opens(wallet, NEW)


def test_a_passphrase_that_changed_meanwhile_is_not_changed_back(
    wallet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_typing(*_: object, **__: object) -> str:
        with monkeypatch.context() as inner:
            inner.setattr("cli.wallet.passphrase.read_passphrase", lambda *_, **__: NEW)
            assert run(command(wallet)).exit_code == ExitCode.OK
        return "la segunda, más lenta"

    monkeypatch.setattr("cli.wallet.passphrase.read_passphrase", slow_typing)
    result = run(command(wallet))
    assert result.exit_code == ExitCode.WALLET
    assert "Another command changed the wallet" in result.output
    assert opens(wallet, NEW)


def test_whatever_kills_it_the_wallet_opens(wallet: Path, tmp_path: Path) -> None:
    """At points all over the command, the ones around the replacing of the file among them."""
    said, original = tmp_path / "said", wallet.read_bytes()
    code, text, seen = run_to(command(wallet), point=0, said=said)
    assert code == ExitCode.OK, text
    ended_with = set()
    for place in range(POINTS):
        wallet.write_bytes(original)
        # More of them towards the end, where the file is written.
        point = seen - (seen - 2) * place * place // (POINTS * POINTS)
        code, text, _ = run_to(command(wallet), point=point, said=said)
        assert code == KILLED, text
        found = (opens(wallet, PASSPHRASE), opens(wallet, NEW))
        assert found in ((True, False), (False, True))
        ended_with.add(found)
    assert len(ended_with) == 2, "no point lay before, or none after the change"
    # What a killed command left behind is in nobody's way.
    wallet.write_bytes(original)
    assert run(command(wallet)).exit_code == ExitCode.OK
