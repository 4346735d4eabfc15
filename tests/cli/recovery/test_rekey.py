"""A key is replaced though the answer is lost: the new wallet is linked, and goes on if the node has it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from node.member.answers import read_bytes
from node.member.wallet_file import create_wallet, read_wallet
from node.member.wallet_lock import lock_wallet
from tests.cli.bank import LOST, PASSPHRASE, QUICK, Bank, Person, person, problem
from tests.cli.fake_node import Answer, Request, serve
from tests.recovery_builders import new_key


class KeyDesk:
    """What the bank lacks: the state of keys, and transactions that are not payments."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.outcome: Callable[[Answer], Answer] = lambda answer: answer

    def __call__(self, request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path == "/v1/keys/1":
            return Answer(document={"account": 1, "revision": 0, "recoveries": 0})
        if request.path == "/v1/transactions":
            data = read_bytes(json.loads(request.body)["transaction"])
            (number,) = self.bank.books.append(1, data)
            return self.outcome(Answer(201, {"status": "recorded", "number": number}))
        return answer()


@pytest.fixture
def desk() -> KeyDesk:
    bank = Bank()
    bank.bend = KeyDesk(bank)
    return bank.bend


@pytest.fixture
def member(desk: KeyDesk, tmp_path: Path) -> Iterator[Person]:
    with serve(desk.bank) as url:
        yield person(tmp_path, desk.bank, url)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A new wallet that is of no account yet."""
    path = tmp_path / "new.json"
    with lock_wallet(path) as lock:
        create_wallet(lock, seed=new_key(1).seed, passphrase=PASSPHRASE, stretching=QUICK)
    return path


def rekey(member: Person, new: Path) -> Any:
    return member.run("recovery", "rekey", str(new), "--yes")


def test_the_new_wallet_has_the_account(desk: KeyDesk, member: Person, new: Path) -> None:
    assert rekey(member, new).exit_code == ExitCode.OK
    assert read_wallet(new).public.account == 1


def test_a_lost_answer_leaves_the_new_wallet_linked(
    desk: KeyDesk, member: Person, new: Path
) -> None:
    desk.outcome = lambda _: LOST
    done = rekey(member, new)
    assert done.exit_code == ExitCode.OUTCOME_UNKNOWN, done.output
    assert "fiado balance --wallet" in done.output
    public = read_wallet(new).public
    assert (public.account, public.public_key) == (1, new_key(1).public_key)
    account = desk.bank.books.validator.account(1, 1)
    assert account is not None and account.key == public.public_key
    going_on = Person(wallet=new, passphrase=member.passphrase)
    assert going_on.run("balance").exit_code == ExitCode.OK


def test_a_refusal_leaves_the_new_wallet_as_it_was(
    desk: KeyDesk, member: Person, new: Path
) -> None:
    desk.outcome = lambda _: problem("recovery_runs", 422, number=161)
    assert rekey(member, new).exit_code == ExitCode.REFUSED
    assert read_wallet(new).public.account is None


def test_the_manual_names_the_new_wallet_where_it_was_made() -> None:
    text = (Path(__file__).parents[3] / "docs/MEMBERS.md").read_text(encoding="utf-8")
    found = re.findall(
        r"fiado wallet new(?: --wallet (\S+))?.*\n +fiado recovery rekey (\S+)", text
    )
    assert len(found) == text.count("fiado recovery rekey") > 1
    for made, named in found:
        assert named == (made or "~/.local/share/fiado/wallet.json")
