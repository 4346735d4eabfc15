"""Nobody pays twice: whatever the network and the node answer, and however often a command is given."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from node.member.client import NodeClient
from node.member.orders import SAME_WISH_SECONDS
from tests.builders import books_with_members, build_federation
from tests.cli.bank import LOST, Bank, Person, person, problem
from tests.cli.fake_node import Answer, Request, serve
from tests.places import VECTOR_FILES

PAY = ("pay", "member2@norte", "1.25", "--memo", "bread")


@dataclass(frozen=True)
class Stage:
    """A bank, and a member of it."""

    bank: Bank
    person: Person
    url: str

    def in_doubt(self) -> object:
        """What the wallet says is in doubt."""
        return self.person.ok("balance")["in_doubt"]

    @property
    def count(self) -> int:
        """How many payments the books have."""
        return len(self.bank.recorded)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's pauses between tries take no time."""
    plain = NodeClient.__init__

    def without_pauses(self: NodeClient, url: str, **options: object) -> None:
        plain(self, url, **{**options, "sleep": lambda _: None})  # type: ignore[arg-type]

    monkeypatch.setattr(NodeClient, "__init__", without_pauses)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    bank = Bank()
    with serve(bank) as url:
        yield Stage(bank, person(tmp_path, bank, url), url)


class Payments:
    """Bends the answers to payments, one after the other; the last is given again and again."""

    def __init__(self, *bends: Callable[[Callable[[], Answer]], Answer]) -> None:
        self.bends = list(bends)

    def __call__(self, request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path != "/v1/payments":
            return answer()
        bend = self.bends.pop(0) if len(self.bends) > 1 else self.bends[0]
        return bend(answer)


def instead(given: Answer) -> Callable[[Callable[[], Answer]], Answer]:
    """The request reaches nobody, and this is answered."""
    return lambda answer: given


def after(given: Answer) -> Callable[[Callable[[], Answer]], Answer]:
    """The payment is recorded, and this is answered."""

    def bend(answer: Callable[[], Answer]) -> Answer:
        answer()
        return given

    return bend


UNKNOWN = problem("outcome_unknown")
PASSED_OVER = [problem(code) for code in ("not_ready", "busy", "stopping")] + [
    Answer(429, {"code": "too_many_requests", "title": "slowly", "retryable": True})
]
DOUBTFUL = [
    UNKNOWN,
    LOST,
    problem("internal", 500),
    Answer(502, body=b"bad gateway"),
    Answer(200, body=b"<html>welcome</html>"),
    Answer(404, body=b"nothing here"),
]


@pytest.mark.parametrize("first", DOUBTFUL, ids=str)
@pytest.mark.parametrize("then", [*PASSED_OVER, *DOUBTFUL], ids=str)
def test_once_it_is_in_doubt_only_an_answer_for_these_bytes_ends_it(
    stage: Stage, first: Answer, then: Answer
) -> None:
    stage.bank.bend = Payments(after(first), instead(then))
    error = stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    assert "nothing was sent" not in (error["message"] + error["remedy"]).lower()
    assert "same command again" in error["remedy"]
    assert stage.in_doubt() is not None
    # The next run meets the same, and knows as little.
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    stage.bank.bend = Payments(lambda answer: answer())
    paid = stage.person.ok(*PAY)
    assert (paid["repeated"], paid["amount"]) == (True, 125)
    assert (stage.count, len(stage.bank.sent)) == (1, 1)
    assert stage.in_doubt() is None


def test_a_door_that_closes_after_an_unknown_outcome_leaves_it_unknown(
    stage: Stage, tmp_path: Path
) -> None:
    stage.bank.bend = Payments(after(UNKNOWN))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    stage.person.move(stage.bank, "http://127.0.0.1:9")
    error = stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    assert error["name"] == "answer_lost"
    assert "count only once" in error["remedy"]
    stage.person.move(stage.bank, stage.url)
    stage.bank.bend = Payments(lambda answer: answer())
    assert stage.person.ok(*PAY)["repeated"] is True
    assert stage.count == 1


@pytest.mark.parametrize("given", PASSED_OVER, ids=str)
def test_a_node_that_looked_at_nothing_leaves_nothing_in_doubt(stage: Stage, given: Answer) -> None:
    stage.bank.bend = Payments(instead(given))
    stage.person.fails(ExitCode.NODE_UNREACHABLE, *PAY)
    assert stage.in_doubt() is None
    assert stage.count == 0


PAYING = json.loads((VECTOR_FILES / "paying.json").read_text())
"""What ends a payment, in the pages too."""


@pytest.mark.parametrize("case", PAYING["endings"], ids=str)
def test_what_ends_a_payment_first_and_later(stage: Stage, case: dict[str, Any]) -> None:
    said = case["problem"]
    answer = Answer(
        said["status"], {"title": "no", **said}, content_type="application/problem+json"
    )
    stage.bank.bend = Payments(instead(answer))
    stage.person.run(*PAY)
    assert (stage.in_doubt() is None) == case["ends_first"]
    stage.bank.bend = Payments(lambda answer: answer())
    stage.person.ok(*PAY)
    stage.bank.bend = Payments(after(LOST), instead(answer))
    stage.person.run(*PAY, "--again")
    assert (stage.in_doubt() is None) == case["ends_later"]


def test_the_pages_ask_about_the_same_for_as_long() -> None:
    assert PAYING["twin_seconds"] == SAME_WISH_SECONDS


def test_another_payment_waits_until_the_one_in_doubt_is_known(stage: Stage) -> None:
    stage.bank.bend = Payments(after(UNKNOWN))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    error = stage.person.fails(ExitCode.OUTCOME_UNKNOWN, "pay", "member3@norte", "2.00")
    assert "1.25 to member2@norte" in error["message"]
    assert (stage.count, len(stage.bank.sent)) == (1, 1)


# --- the same again ---


def test_the_same_again_is_not_paid_without_a_question(stage: Stage) -> None:
    paid = stage.person.ok(*PAY)
    error = stage.person.fails(ExitCode.REFUSED, *PAY)
    assert error["name"] == "paid_already"
    assert (error["coop"], error["number"]) == ("norte", paid["number"])
    assert "--again" in error["remedy"]
    assert "--order" in error["remedy"]
    assert stage.count == 1
    assert stage.person.ok(*PAY, "--again")["repeated"] is False
    assert stage.count == 2


@pytest.mark.parametrize(
    "other",
    [
        ("pay", "member3@norte", "1.25", "--memo", "bread"),
        ("pay", "member2@sur", "1.25", "--memo", "bread"),
        ("pay", "member2@norte", "1.26", "--memo", "bread"),
        ("pay", "member2@norte", "1.25", "--memo", "honey"),
        ("pay", "member2@norte", "1.25"),
    ],
)
def test_something_else_is_no_repetition(stage: Stage, other: tuple[str, ...]) -> None:
    stage.person.ok(*PAY)
    assert stage.person.ok(*other)["repeated"] is False
    assert stage.count == 2


def test_a_link_that_was_paid_is_recognised_however_it_is_written(stage: Stage) -> None:
    stage.person.ok(*PAY)
    link = "fiado:member2@norte?amount=1,25&memo=bread"
    assert stage.person.fails(ExitCode.REFUSED, "pay", link, "--yes")["name"] == "paid_already"
    page = "https://node.example/pay?to=member2@norte&amount=1.25&for=bread"
    assert stage.person.fails(ExitCode.REFUSED, "pay", page, "--yes")["name"] == "paid_already"
    assert stage.count == 1


@pytest.mark.parametrize(("seconds", "is_asked"), [(0, True), (1, False), (-40_000, True)])
def test_the_same_is_asked_about_for_half_a_day(stage: Stage, seconds: int, is_asked: bool) -> None:
    stage.person.ok(*PAY)
    stage.bank.books.now += SAME_WISH_SECONDS - 1 + seconds
    code = ExitCode.REFUSED if is_asked else ExitCode.OK
    assert stage.person.run(*PAY).exit_code == code


def test_a_reference_is_never_paid_twice_unasked(stage: Stage) -> None:
    link = f"https://node.example/pay?to=member2@norte&amount=1.25&for=bread&ref={'ab' * 32}"
    stage.person.ok("pay", link, "--yes")
    stage.bank.books.now += 100 * SAME_WISH_SECONDS
    other = link.replace("1.25", "1.30")
    assert stage.person.fails(ExitCode.REFUSED, "pay", other, "--yes")["name"] == "paid_already"
    assert stage.count == 1
    from tests.cli.bank import payments

    assert payments(stage.bank)[0].reference == bytes.fromhex("ab" * 32)


def test_what_was_paid_from_another_device_is_in_the_nodes_history(stage: Stage) -> None:
    item = {
        "direction": "out",
        "coop": "norte",
        "number": 9,
        "time": stage.bank.books.now,
        "amount": 125,
        "other": {"handle": "member2", "coop": "norte"},
        "memo": None,
        "reference": None,
    }

    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path.startswith("/v1/me/history"):
            return Answer(document={"items": [item], "next": None})
        return answer()

    stage.bank.bend = bend
    error = stage.person.fails(ExitCode.REFUSED, "pay", "member2@norte", "1.25")
    assert (error["name"], error["number"]) == ("paid_already", 9)
    stage.person.ok("pay", "member2@norte", "1.26")
    item["direction"] = "in"
    stage.person.ok("pay", "member2@norte", "1.25")


# --- orders ---


def test_an_order_is_paid_once_and_its_receipt_given_again(stage: Stage) -> None:
    first = stage.person.ok(*PAY, "--order", "A-17")
    for _ in range(2):
        second = stage.person.ok(*PAY, "--order", "A-17")
        assert second == first | {"repeated": True}
    assert stage.count == 1
    # Another order may ask for the very same.
    assert stage.person.ok(*PAY, "--order", "A-18")["number"] != first["number"]
    assert stage.count == 2


def test_an_order_is_known_after_any_time_and_without_the_network(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stage.person.ok(*PAY, "--order", "A-17")
    for amount in range(1, 4):
        stage.person.ok("pay", "member3@norte", f"0.0{amount}")
    stage.bank.books.now += 1_000 * SAME_WISH_SECONDS
    stage.person.move(stage.bank, "http://127.0.0.1:9")
    assert stage.person.ok(*PAY, "--order", "A-17")["receipt"] == first["receipt"]


def test_an_order_for_something_else_is_refused(stage: Stage) -> None:
    stage.person.ok(*PAY, "--order", "A-17")
    error = stage.person.fails(
        ExitCode.REFUSED, "pay", "member2@norte", "1.26", "--memo", "bread", "--order", "A-17"
    )
    assert (error["name"], error["amount"]) == ("order_differs", 125)
    assert stage.count == 1


def test_an_order_in_doubt_is_finished_by_the_same_command(stage: Stage) -> None:
    stage.bank.bend = Payments(after(LOST))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY, "--order", "A-17")
    stage.bank.bend = Payments(lambda answer: answer())
    paid = stage.person.ok(*PAY, "--order", "A-17")
    assert stage.person.ok(*PAY, "--order", "A-17")["number"] == paid["number"]
    assert stage.count == 1


def test_a_payment_in_doubt_without_an_order_becomes_that_of_the_order(stage: Stage) -> None:
    stage.bank.bend = Payments(after(LOST))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    stage.bank.bend = Payments(lambda answer: answer())
    stage.person.ok(*PAY, "--order", "A-17")
    stage.person.ok(*PAY, "--order", "A-17")
    assert stage.count == 1


def test_an_order_that_was_refused_may_be_tried_again(stage: Stage) -> None:
    stage.bank.bend = Payments(instead(problem("limit_exceeded", 422, number=20)))
    stage.person.fails(ExitCode.REFUSED, *PAY, "--order", "A-17")
    stage.bank.bend = Payments(lambda answer: answer())
    assert stage.person.ok(*PAY, "--order", "A-17")["repeated"] is False


@pytest.mark.parametrize("order", ["", " A", "A\n", "x" * 129, "a\u202eb"])
def test_an_order_without_a_usable_id_is_refused(stage: Stage, order: str) -> None:
    error = stage.person.fails(ExitCode.USAGE, *PAY, "--order", order)
    assert error["name"] == "order_malformed"
    assert stage.count == 0


def test_nothing_beside_the_wallet_tells_memo_or_order(stage: Stage) -> None:
    stage.person.ok(*PAY, "--order", "A-17")
    for path in stage.person.wallet.parent.rglob("*"):
        if path.is_file():
            assert b"bread" not in path.read_bytes(), path
            assert b"A-17" not in path.read_bytes() + path.name.encode(), path


# --- accounts ---


def test_two_accounts_of_one_key_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    federation = build_federation(seed="bank")
    books = books_with_members(federation)
    key = federation.member_key(1, 1)
    books.append(2, federation.admit(2, 9, handle="member9", key=key, limit=100_000))
    norte, sur = Bank(books=books, home=1), Bank(books=books, home=2)
    with serve(norte) as north, serve(sur) as south:
        owner = person(tmp_path, norte, north)
        owner.ok("pay", "member2@norte", "1.00")
        owner.ok("pay", "member2@norte", "1.50")
        norte.bend = Payments(after(LOST))
        owner.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
        # The other account begins at 1, and is not held up by what is in doubt here.
        owner.move(sur, south, account=9)
        assert owner.ok("balance")["in_doubt"] is None
        paid = owner.ok("pay", "member3@sur", "1.00")
        assert (paid["sequence"], paid["repeated"]) == (1, False)
        owner.move(norte, north)
        norte.bend = Payments(lambda answer: answer())
        assert owner.ok(*PAY)["repeated"] is True
    assert (len(norte.recorded), len(sur.recorded)) == (3, 1)


def test_a_payment_in_doubt_of_an_older_program_finds_its_account(stage: Stage) -> None:
    import hashlib

    stage.bank.bend = Payments(after(LOST))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *PAY)
    path = stage.person.wallet.with_name("wallet.json.pending")
    now = json.loads(path.read_bytes())
    (part,) = now["accounts"].values()
    pending = {name: part["pending"][name] for name in ("sequence", "payload", "payee", "amount")}
    old = {
        "format": now["format"],
        "version": 1,
        "public_key": now["public_key"],
        "last_recorded": 0,
        "pending": {**pending, "memo": "bread", "begun_at": 1_700_000_000},
    }
    old["checksum"] = hashlib.sha256(json.dumps(old).encode()).hexdigest()
    path.write_bytes((json.dumps(old, indent=2) + "\n").encode("ascii"))
    assert stage.in_doubt() is not None
    stage.bank.bend = Payments(lambda answer: answer())
    assert stage.person.ok(*PAY)["repeated"] is True
    assert stage.count == 1


# --- what is told ---


@pytest.mark.parametrize(
    ("kind", "coop", "is_met"),
    [
        ("accused", "sur", True),
        ("cut", "sur", True),
        ("cut", "este", False),
        ("waiting", "sur", False),
    ],
)
def test_where_nothing_arrives_is_paid_only_by_who_agrees(
    stage: Stage, kind: str, coop: str, is_met: bool
) -> None:
    trouble = {"kind": kind, "severity": "warns", "coop": coop, "detail": "Alas.", "remedy": "Ask."}
    stage.bank.troubles = (trouble,)
    pay = ("pay", "member2@sur", "1.00")
    if not is_met:
        assert "Alas." not in stage.person.run(*pay, json_too=False).stderr
        return
    error = stage.person.fails(ExitCode.REFUSED, *pay)
    assert (error["name"], error["warnings"]) == ("would_not_arrive", kind)
    assert "--anyway" in error["remedy"]
    assert stage.count == 0
    told = stage.person.run(*pay, "--anyway", json_too=False)
    assert told.exit_code == ExitCode.OK
    assert "Careful: Alas." in told.stderr
    assert stage.count == 1


@pytest.mark.parametrize(("typed", "code"), [("n\n", ExitCode.REFUSED), ("y\n", ExitCode.OK)])
def test_at_a_terminal_it_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, typed: str, code: ExitCode
) -> None:
    trouble = {
        "kind": "accused",
        "severity": "warns",
        "coop": "sur",
        "detail": "Alas.",
        "remedy": "",
    }
    stage.bank.troubles = (trouble,)
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    told = stage.person.run("pay", "member2@sur", "1.00", json_too=False, typed=typed)
    assert told.exit_code == code
    assert "Pay all the same?" in told.stderr
    assert stage.count == (1 if code is ExitCode.OK else 0)


def test_a_payment_in_doubt_is_finished_though_it_would_not_arrive(stage: Stage) -> None:
    pay = ("pay", "member2@sur", "1.00")
    stage.bank.bend = Payments(after(UNKNOWN))
    stage.person.fails(ExitCode.OUTCOME_UNKNOWN, *pay)
    stage.bank.bend = Payments(lambda answer: answer())
    stage.bank.troubles = (
        {"kind": "accused", "severity": "warns", "coop": "sur", "detail": "Alas.", "remedy": ""},
    )
    assert stage.person.ok(*pay)["repeated"] is True
    assert stage.count == 1


def test_a_result_for_programs_has_what_the_node_warns_of(stage: Stage) -> None:
    paid = stage.person.ok(*PAY)
    assert paid["warnings"] == []


def test_the_passphrase_is_asked_before_the_lock_is_taken(stage: Stage) -> None:
    from node.member.wallet_lock import lock_wallet

    stage.person.passphrase.write_text("not this one")
    with lock_wallet(stage.person.wallet):
        assert stage.person.fails(ExitCode.WALLET, *PAY)["name"] == "wrong_passphrase"


def test_a_receipt_calls_the_own_account_by_its_handle(stage: Stage) -> None:
    paid = stage.person.ok(*PAY)
    place = f"norte/{paid['number']}"
    shown = CliRunner().invoke(
        main, ["receipt", "show", place, "--wallet", str(stage.person.wallet)]
    )
    assert "member1@norte" in shown.stdout


@dataclass(frozen=True)
class Forgetful:
    """A node that has lost its logs: it knows no key any more."""

    def __call__(self, request: Request, answer: Callable[[], Answer]) -> Answer:
        return problem("challenge_invalid", 401) if request.path == "/v1/sessions" else answer()


def test_what_is_wrong_with_the_node_is_told_with_what_it_shows_and_instead_of_it(
    stage: Stage,
) -> None:
    trouble: dict[str, Any] = {
        "kind": "doubt",
        "severity": "stops_recording",
        "coop": None,
        "detail": "It may have lost entries.",
        "remedy": "Let it reach the other nodes.",
    }
    looking: list[tuple[str, ...]] = [("balance",), ("history",)]
    for words in looking:
        assert "out of date" not in stage.person.run(*words, json_too=False).stderr
    stage.bank.troubles = (trouble,)
    for words in looking:
        said = stage.person.run(*words, json_too=False)
        assert said.exit_code == ExitCode.OK
        assert "may be out of date. It may have lost entries." in " ".join(said.stderr.split())
    stage.bank.bend = Forgetful()
    for words in (*looking, PAY):
        error = stage.person.fails(ExitCode.REFUSED, *words)
        assert error["name"] == "node_in_trouble"
        assert "It may have lost entries." in error["message"]
    stage.bank.troubles = ()
    assert stage.person.fails(ExitCode.REFUSED, "balance")["name"] == "challenge_invalid"
