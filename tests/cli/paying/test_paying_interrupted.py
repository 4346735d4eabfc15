"""A `pay` that is killed or interrupted anywhere never pays twice, and what is interrupted ends in words."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.shell.exit_codes import ExitCode
from node.member.charters import changes_file
from tests.cli.bank import Bank, Person, honest, payments, person
from tests.cli.fake_node import serve
from tests.cli.kill_points import KILLED, run_to
from tests.places import PROJECT

POINTS = 70


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank()


@pytest.fixture(scope="module")
def payer(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with serve(bank) as url:
        found = person(tmp_path_factory.mktemp("payer"), bank, url)
        # What is known of changes is written down already, so that all commands have the same points.
        changes_file(found.wallet).touch()
        yield found


def command(payer: Person, amount: int, *options: str) -> list[str]:
    """The words of a payment of that many minor units; no other payment here has that amount."""
    words = ["pay", "member2@norte", f"0.{amount:02}" if amount < 100 else f"{amount / 100:.2f}"]
    wallet = ["--wallet", str(payer.wallet), "--passphrase-file", str(payer.passphrase)]
    return [*words, *wallet, *options]


@pytest.fixture(scope="module")
def points(bank: Bank, payer: Person, tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Seventy points, evenly over the whole command."""
    said = tmp_path_factory.mktemp("whole") / "said"
    for amount in (1, 999 - POINTS):  # the first finds less written down, and so passes more points
        code, text, seen = run_to(command(payer, amount), point=0, said=said)
        assert code == ExitCode.OK, text
    assert seen > 10 * POINTS
    # The first is the entry into the program itself, where nothing can be caught yet.
    return [2 + place * (seen - 2) // POINTS for place in range(POINTS)]


PLACES = [(place, False) for place in range(POINTS)] + [
    (place, True) for place in range(0, POINTS, 2)
]


@pytest.mark.parametrize(("place", "is_interrupt"), PLACES)
def test_whatever_stops_it_it_is_paid_once(
    bank: Bank, payer: Person, points: list[int], tmp_path: Path, place: int, is_interrupt: bool
) -> None:
    amount = 2 + place + POINTS * is_interrupt
    words, said = command(payer, amount), tmp_path / "said"
    code, text, _ = run_to(words, point=points[place], said=said, is_interrupt=is_interrupt)
    if is_interrupt:
        assert code in (ExitCode.INTERRUPTED, ExitCode.OK), text
        assert "Traceback" not in text
        assert code == ExitCode.OK or "nterrupted" in text
    else:
        assert code == KILLED, text
    # The member runs the same command once more, as the manual says.
    code, text, _ = run_to(words, point=0, said=said)
    assert code == ExitCode.OK or (code == ExitCode.REFUSED and "is paid already" in text), text
    made = [each for each in payments(bank) if each.amount == amount]
    assert len(made) == 1, text
    assert [each.sequence for each in payments(bank)] == list(range(1, len(payments(bank)) + 1))


def test_ctrl_c_while_the_program_loads_ends_in_words() -> None:
    program = (
        "import sys, cli.start\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cli.shell.command_group': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "cli.start.run()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert (ended.returncode, ended.stderr) == (ExitCode.INTERRUPTED, "Interrupted.\n")


def test_a_signal_is_told_as_an_interruption(payer: Person, bank: Bank) -> None:
    """The real signal, at the moment at which the node has recorded and not yet answered."""

    def bend(request, answer):  # type: ignore[no-untyped-def]
        given = answer()
        if request.path == "/v1/payments":
            os.kill(os.getpid(), signal.SIGINT)
        return given

    bank.bend = bend
    try:
        error = payer.fails(ExitCode.INTERRUPTED, "pay", "member2@norte", "9.99")
    finally:
        bank.bend = honest
    assert error["name"] in ("payment_interrupted", "interrupted", "wait_interrupted")
    payer.run("pay", "member2@norte", "9.99")
    assert len([each for each in payments(bank) if each.amount == 999]) == 1
