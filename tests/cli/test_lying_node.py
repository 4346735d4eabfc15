"""A wallet against a node that lies: field by field of every answer, and every bit of a receipt that matters.

Whatever is answered, a command ends with an exit code that the manual lists and never with a mistake of the
program; nothing is called paid that no receipt proves; and nothing is paid twice.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

from cli.shell.exit_codes import ExitCode
from ledger.errors import ProofError
from ledger.receipts import decode_receipt
from node.member.answers import encode_bytes, read_bytes
from node.member.client import NodeClient
from tests.builders import books_with_members, build_federation
from tests.cli.bank import Bank, Person, honest, payments, person
from tests.cli.fake_node import Answer, Request, serve

MISSING: Final = object()
LIES: Final[tuple[object, ...]] = (
    MISSING,
    None,
    True,
    -1,
    2**60,
    1.5,
    "",
    "x",
    "\x00\ud800",
    [],
    [1],
    {},
    {"a": 1},
)
PATHS: Final = (
    "/v1/status",
    "/v1/sessions/challenge",
    "/v1/sessions",
    "/v1/accounts/sur/@member2",
    "/v1/me",
    "/v1/me/history",
    "/v1/me/changes",
    "/v1/payments",
    "/v1/payments/norte/1",
)
ITEM: Final = {
    "direction": "out",
    "coop": "norte",
    "number": 9,
    "time": 1_767_225_600,
    "amount": 1,
    "fee": 0,
    "delivered": True,
    "other": {"handle": "member2", "coop": "sur", "account": 2},
    "memo": "AA",
    "reference": "ab" * 32,
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = NodeClient.__init__

    def without_pauses(self: NodeClient, url: str, **options: Any) -> None:
        plain(self, url, **{**options, "attempts": 2, "sleep": lambda _: None})

    monkeypatch.setattr(NodeClient, "__init__", without_pauses)


class Liar(Bank):
    """A bank whose history has an item, and whose answers to one path are bent."""

    def history(self, request: Request) -> Answer:
        return Answer(document={"items": [copy.deepcopy(ITEM)], "next": None, "complete": True})


@pytest.fixture(scope="module")
def liar() -> Liar:
    return Liar(
        books=books_with_members(build_federation(seed="bank", clearing_limit=10**12), limit=10**12)
    )


@pytest.fixture(scope="module")
def member(liar: Liar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with serve(liar) as url:
        yield person(tmp_path_factory.mktemp("member"), liar, url)


def fields(document: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the document has values, the document itself among them."""
    yield at
    for key, value in (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    ):
        yield from fields(value, (*at, key))


def bent(document: Any, at: tuple[str | int, ...], lie: object) -> Any:
    """The document with another value, or none, at that place."""
    if not at:
        return None if lie is MISSING else lie
    changed = copy.deepcopy(document)
    inner = changed
    for key in at[:-1]:
        inner = inner[key]
    if lie is MISSING:
        del inner[at[-1]]
    else:
        inner[at[-1]] = lie
    return changed


class Lie:
    """Bends every answer to one path at one place."""

    def __init__(self, path: str, at: tuple[str | int, ...], lie: object) -> None:
        self.path, self.at, self.lie = path, at, lie

    def __call__(self, request: Request, answer: Callable[[], Answer]) -> Answer:
        given = answer()
        if request.path.partition("?")[0] != self.path or given.document is None:
            return given
        try:
            return Answer(given.status, bent(given.document, self.at, self.lie))
        except (KeyError, IndexError, TypeError):
            return given


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_makes_the_program_fail(liar: Liar, member: Person, path: str) -> None:
    amount = 1 + 1_000 * PATHS.index(path)
    seen: list[Any] = []

    def watch(request: Request, answer: Callable[[], Answer]) -> Answer:
        given = answer()
        if request.path.partition("?")[0] == path:
            seen.append(given.document)
        return given

    pay = ("pay", "member2@sur", "{}.{:02}", "--wait", "delivered", "--timeout", "1")
    commands = [pay, ("balance",), ("history",)]
    for command in commands:
        liar.bend = watch
        member.run(*worded(command, amount))
        for at in fields(seen[-1]) if seen else ():
            for lie in LIES:
                amount += 1
                liar.bend = Lie(path, at, lie)
                words = worded(command, amount)
                ended = member.run(*words)
                told = f"{words} {path} {at} {lie!r}: {ended.output}"
                assert ended.exit_code in set(ExitCode) - {ExitCode.INTERNAL}, told
                assert ended.exception is None or isinstance(ended.exception, SystemExit), told
                if command is pay:
                    check_once(liar, member, words, amount, ended.exit_code, told)
        seen.clear()
    liar.bend = honest


def worded(command: tuple[str, ...], amount: int) -> tuple[str, ...]:
    """The command with that amount, in minor units."""
    return tuple(word.format(*divmod(amount, 100)) for word in command)


def check_once(
    liar: Liar, member: Person, words: tuple[str, ...], amount: int, code: int, told: str
) -> None:
    """What is called paid is paid; and when the node speaks the truth again it is paid once."""
    made = [each for each in payments(liar) if each.amount == amount]
    if code == ExitCode.OK:
        assert len(made) == 1, told
    liar.bend = honest
    if code == ExitCode.OUTCOME_UNKNOWN:
        ended = member.run(*words)
        assert ended.exit_code == ExitCode.OK, told + ended.output
        made = [each for each in payments(liar) if each.amount == amount]
        assert len(made) == 1, told
    assert len(made) <= 1, told


def receipts_that_prove_nothing() -> Iterator[tuple[str, Callable[[bytes, Liar], bytes]]]:
    """Receipts that a wallet must not take for its payment."""

    def bit(place: int) -> Callable[[bytes, Liar], bytes]:
        return lambda data, _: (
            data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] if place else data
        )

    for place in (-1, -32, -64, -100, -150, 20, 60):
        yield f"a bit at {place}", bit(place)

    def other_entry(data: bytes, liar: Liar) -> bytes:
        return liar.books.receipt(1, decode_receipt(data).length - 1).encode()

    yield "another entry of the same log", other_entry
    yield "another coop's log", lambda data, liar: liar.books.receipt(2, 1).encode()

    def stranger(data: bytes, liar: Liar) -> bytes:
        other = books_with_members(build_federation(seed="stranger"))
        return other.receipt(1, 1).encode()

    yield "another federation's", stranger
    yield "nothing", lambda data, liar: b""
    yield "cut short", lambda data, liar: data[:-1]


@pytest.mark.parametrize(
    ("number", "bend"),
    [(place, bend) for place, (_, bend) in enumerate(receipts_that_prove_nothing())],
    ids=[name for name, _ in receipts_that_prove_nothing()],
)
def test_a_receipt_that_proves_nothing_leaves_the_payment_in_doubt(
    liar: Liar, member: Person, number: int, bend: Callable[[bytes, Liar], bytes]
) -> None:
    def lie(request: Request, answer: Callable[[], Answer]) -> Answer:
        given = answer()
        if request.path != "/v1/payments":
            return given
        receipt = bend(read_bytes(given.document["receipt"]), liar)
        index = given.document["number"]
        with suppress(ProofError):
            index = decode_receipt(receipt).length
        return Answer(
            document={**given.document, "number": index, "receipt": encode_bytes(receipt)}
        )

    words = ("pay", "member3@norte", f"0.{number + 1:02}")
    liar.bend = lie
    error = member.fails(ExitCode.OUTCOME_UNKNOWN, *words)
    assert error["name"] == "node_misbehaved"
    assert member.run("balance").stdout
    liar.bend = honest
    assert member.ok(*words)["repeated"] is True


def test_nothing_is_signed_for_another_coop_or_account(liar: Liar, member: Person) -> None:
    """A challenge of another coop's node, passed on, could open a session there."""
    liar.bend = Lie("/v1/sessions/challenge", ("coop_number",), 2)
    liar.seen.clear()
    assert member.fails(ExitCode.REFUSED, "balance")["name"] == "node_misbehaved"
    assert "/v1/sessions" not in [request.path for request in liar.seen]
    liar.bend = Lie("/v1/me", ("account",), 2)
    assert member.fails(ExitCode.REFUSED, "balance")["name"] == "node_misbehaved"
    for at, lie in ((("handle",), "member3"), (("coop",), "norte")):
        liar.bend = Lie("/v1/accounts/sur/@member2", at, lie)
        error = member.fails(ExitCode.REFUSED, "pay", "member2@sur", "800.00")
        assert error["name"] == "node_misbehaved"
    liar.bend = honest


def test_a_memo_is_sealed_only_to_a_key(liar: Liar, member: Person) -> None:
    words = ("pay", "member2@sur", "801.00", "--memo", "bread")
    for key in ("00" * 32, "ff" * 32, "01" + "00" * 31, "02" + "00" * 31):
        liar.bend = Lie("/v1/accounts/sur/@member2", ("key",), key)
        before = len(liar.recorded)
        assert member.run(*words).exit_code in (ExitCode.REFUSED, ExitCode.OK), key
        assert len(liar.recorded) - before <= 1
    liar.bend = honest


def test_the_charter_of_another_federation_is_not_taken(
    liar: Liar, member: Person, tmp_path: Path
) -> None:
    other = build_federation(seed="stranger")
    member.wallet.with_name("wallet.json.charter.toml").unlink()

    def lie(request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path == "/v1/charter":
            return Answer(body=other.founding.source)
        return answer()

    liar.bend = lie
    assert member.fails(ExitCode.REFUSED, "balance")["name"] == "node_misbehaved"
    liar.bend = honest
    assert json.dumps(member.ok("balance"))
