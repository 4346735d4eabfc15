"""The commands against real nodes: everything a member and a steward does, and what goes wrong."""

import json
import os
import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.demo.founding import Founded, found
from cli.demo.processes import RunningNode, free_ports, running
from cli.demo.signing import member_key, steward_key
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.signatures import SigningKey
from node.member.client import NodeClient
from node.member.wallet_file import create_wallet, read_wallet
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from tests.cli.fake_node import Answer, LossyProxy, Request, Responder, serve

SEED = b"commands".ljust(32)
PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
FIRST_LIMIT = "50.00"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found(
        tmp_path_factory.mktemp("federation"),
        seed=SEED,
        name="Ferias",
        clearing_limits=[3_000, 1_000_000],
        ports=free_ports(2),
    )


@pytest.fixture(scope="module")
def nodes(founded: Founded) -> Iterator[list[RunningNode]]:
    for folder in founded.folders:
        settings = folder / "node.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("first_limit = 0", "first_limit = 5000"), encoding="utf-8")
    with running(founded.folders, founded.ports) as started:
        yield started


AUDITS = 5
"""A node may append a last anchor between two audits: then people are told to audit again."""


class Desk:
    """Somebody's files and commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passphrase = folder / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text(PASSPHRASE, encoding="utf-8")

    def wallet(self, name: str, *, seed_of: str | None = None) -> Path:
        """A wallet with a key that follows from its name, or from another's; quick to open."""
        path = self.folder / name / "wallet.json"
        self._make(path, member_key(SEED, coop=0, account=sum((seed_of or name).encode())))
        return path

    def steward(self, founded: Founded, url: str, coop: int, index: int) -> Path:
        """A steward's key, already at work at the node."""
        path = self.folder / f"steward-{coop}-{index}" / "steward.json"
        if not path.exists():
            self._make(path, steward_key(SEED, coop=coop, steward=index))
            self.ok(["steward", "key", "use", url], "--key", path)
        return path

    def _make(self, path: Path, key: SigningKey) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True)
        with lock_wallet(path) as lock:
            create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=QUICK)

    def run(self, words: Sequence[str], *options: object, secret: bool = True) -> Result:
        """Run a command as somebody."""
        given = [str(option) for option in options]
        if secret:
            given += ["--passphrase-file", str(self.passphrase)]
        return CliRunner().invoke(main, [*words, *given])

    def ok(self, words: Sequence[str], *options: object, secret: bool = True) -> dict[str, Any]:
        """Run a command that must succeed; its `--json` result."""
        result = self.run([*words, "--json"], *options, secret=secret)
        assert result.exit_code == ExitCode.OK, result.output
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document

    def refused(
        self, code: ExitCode, words: Sequence[str], *options: object, secret: bool = True
    ) -> dict[str, Any]:
        """Run a command that must fail; the error it reports."""
        result = self.run([*words, "--json"], *options, secret=secret)
        assert result.exit_code == code, result.output
        error: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])["error"]
        assert error["message"]
        return error


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("people"))


def join(desk: Desk, founded: Founded, nodes: Sequence[RunningNode], name: str, coop: int) -> Path:
    """A member, admitted by two stewards; the wallet."""
    url = nodes[coop - 1].url
    wallet = desk.wallet(name)
    waiting = desk.ok(["join", "--node", url, "--handle", name], "--wallet", wallet)
    assert waiting["state"] == "waiting"
    for index in (0, 2):
        key = desk.steward(founded, url, coop, index)
        desk.ok(["steward", "admit", name, "--yes"], "--key", key)
    joined = desk.ok(["join"], "--wallet", wallet)
    assert joined["state"] == "open"
    return wallet


@pytest.fixture(scope="module")
def alice(desk: Desk, founded: Founded, nodes: list[RunningNode]) -> Path:
    return join(desk, founded, nodes, "alice", 1)


@pytest.fixture(scope="module")
def beto(desk: Desk, founded: Founded, nodes: list[RunningNode]) -> Path:
    return join(desk, founded, nodes, "beto", 1)


@pytest.fixture(scope="module")
def carla(desk: Desk, founded: Founded, nodes: list[RunningNode]) -> Path:
    return join(desk, founded, nodes, "carla", 2)


def balance(desk: Desk, wallet: Path) -> int:
    amount = desk.ok(["balance"], "--wallet", wallet)["balance"]
    assert isinstance(amount, int)
    return amount


def in_doubt(desk: Desk, wallet: Path) -> dict[str, Any] | None:
    """The payment whose outcome the wallet does not know, if there is one."""
    doubt: dict[str, Any] | None = desk.ok(["balance"], "--wallet", wallet)["in_doubt"]
    return doubt


def test_a_payment_within_a_coop(desk: Desk, alice: Path, beto: Path) -> None:
    before = balance(desk, alice), balance(desk, beto)
    paid = desk.ok(["pay", "beto@norte", "1.25", "--wait", "delivered"], "--wallet", alice)
    assert (paid["status"], paid["amount"], paid["repeated"]) == ("delivered", 125, False)
    assert (balance(desk, alice), balance(desk, beto)) == (before[0] - 125, before[1] + 125)


def test_a_payment_to_another_coop_with_a_memo(desk: Desk, alice: Path, carla: Path) -> None:
    before = balance(desk, carla)
    words = ["pay", "carla@sur", "2,50", "--memo", "pan ñandú", "--wait", "delivered"]
    paid = desk.ok(words, "--wallet", alice)
    assert paid["status"] == "delivered"
    assert balance(desk, carla) == before + 250
    for wallet, direction in ((alice, "out"), (carla, "in")):
        newest = desk.ok(["history"], "--wallet", wallet)["items"][0]
        assert (newest["memo"], newest["direction"]) == ("pan ñandú", direction)
    place = f"norte/{paid['number']}"
    assert desk.ok(["memo", "erase", place], "--wallet", carla)["erased"] is True
    assert desk.ok(["history"], "--wallet", carla)["items"][0]["memo"] is None
    assert desk.ok(["history"], "--wallet", alice)["items"][0]["memo"] == "pan ñandú"


def test_a_receipt_is_verified_without_a_network(
    desk: Desk, founded: Founded, alice: Path, beto: Path, tmp_path: Path
) -> None:
    paid = desk.ok(["pay", "beto@norte", "0.75"], "--wallet", alice)
    file = tmp_path / "receipt"
    place = f"norte/{paid['number']}"
    desk.ok(["receipt", "show", place, "--out", str(file)], "--wallet", alice, secret=False)
    charter = tmp_path / "charter.toml"
    charter.write_bytes(founded.founding.source)
    words = ["receipt", "verify", str(file), "--charter", str(charter)]
    proven = desk.ok(words, secret=False)
    assert (proven["valid"], proven["number"]) == (True, paid["number"])
    assert "0.75" in proven["says"][0]
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    assert desk.refused(ExitCode.REFUSED, words, secret=False)["name"] == "proof"


def test_a_payment_by_link(desk: Desk, alice: Path, beto: Path) -> None:
    words = ["request", "3.00", "--memo", "repair"]
    asked = desk.ok(words, "--wallet", beto, secret=False)
    unasked = desk.refused(ExitCode.USAGE, ["pay", asked["link"]], "--wallet", alice)
    assert "--yes" in unasked["message"]
    paid = desk.ok(["pay", asked["link"], "--yes"], "--wallet", alice)
    assert (paid["amount"], paid["payee"]) == (300, "beto@norte")
    assert desk.ok(["history"], "--wallet", beto)["items"][0]["memo"] == "repair"
    error = desk.refused(ExitCode.USAGE, ["pay", asked["link"], "4.00"], "--wallet", alice)
    assert error["name"] == "amount_twice"


@contextmanager
def through(
    proxy: LossyProxy, wallet: Path, passphrase: str, *, respond: Responder | None = None
) -> Iterator[None]:
    """Let the wallet reach its node through the proxy, or through `respond`, for the `with` block."""
    from node.member.wallet_file import replace_public, unlock_wallet

    def redirect(url: str) -> None:
        with lock_wallet(wallet) as lock:
            unlocked = unlock_wallet(read_wallet(wallet), passphrase=passphrase)
            replace_public(lock, unlocked, public=replace(unlocked.public, node_url=url))

    with ExitStack() as stack:
        redirect(stack.enter_context(serve(respond or proxy)))
        stack.callback(redirect, proxy.target)
        yield


def test_a_lost_answer_never_pays_twice(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    before = balance(desk, beto)
    proxy = LossyProxy(nodes[0].url, lose=100)
    words = ["pay", "beto@norte", "0.40", "--memo", "once"]
    with through(proxy, alice, PASSPHRASE):
        error = desk.refused(ExitCode.OUTCOME_UNKNOWN, words, "--wallet", alice)
        assert error["name"] == "answer_lost"
        assert "safe to run the same command again" in error["remedy"]
        doubt = desk.ok(["balance"], "--wallet", alice)["in_doubt"]
        assert (doubt["payee"], doubt["amount"], doubt["memo"]) == ("beto@norte", 40, "once")
        said = desk.run(["balance"], "--wallet", alice).stdout
        assert "In doubt: 0.40 to beto@norte;" in said
        assert said.count("In doubt") == 1
        # The command that is shown is the one that settles it.
        assert doubt["settle"] in said
        assert shlex.split(doubt["settle"]) == ["fiado", *words]
        proxy.lose = 0
        paid = desk.ok(words, "--wallet", alice)
    assert desk.ok(["balance"], "--wallet", alice)["in_doubt"] is None
    bodies = {request.body for request in proxy.seen if request.path == "/v1/payments"}
    assert len(bodies) == 1, "the very same bytes every time"
    assert paid["repeated"] is True
    assert balance(desk, beto) == before + 40


def test_an_interrupted_wait_says_that_the_payment_is_made(
    desk: Desk, nodes: list[RunningNode], alice: Path, carla: Path
) -> None:
    before = balance(desk, alice)
    proxy = LossyProxy(nodes[0].url)

    def interrupt(request: Request) -> Answer:
        if request.method == "GET" and request.path.startswith("/v1/payments/"):
            os.kill(os.getpid(), signal.SIGINT)
            return Answer(is_lost=True)
        return proxy(request)

    words = ["pay", "carla@sur", "0.05", "--wait", "delivered"]
    with through(proxy, alice, PASSPHRASE, respond=interrupt):
        error = desk.refused(ExitCode.INTERRUPTED, words, "--wallet", alice)
    assert error["name"] == "wait_interrupted"
    assert "would pay once more" in error["message"]
    assert (error["status"], error["coop"]) == ("recorded", "norte")
    assert f"fiado receipt show norte/{error['number']}" in error["remedy"]
    assert balance(desk, alice) == before - 5
    newest = desk.ok(["history"], "--wallet", alice)["items"][0]
    assert newest["number"] == error["number"]


def test_another_payment_first_finishes_the_one_in_doubt(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    before = balance(desk, beto)
    proxy = LossyProxy(nodes[0].url, lose=100)
    with through(proxy, alice, PASSPHRASE):
        words = ["pay", "beto@norte", "0.10"]
        desk.refused(ExitCode.OUTCOME_UNKNOWN, words, "--wallet", alice)
    paid = desk.ok(["pay", "beto@norte", "0.20"], "--wallet", alice)
    assert paid["amount"] == 20
    assert balance(desk, beto) == before + 30


@pytest.mark.parametrize(("code", "amount"), [("busy", 30), ("not_ready", 31), ("stopping", 32)])
def test_a_node_that_passes_a_payment_over_leaves_nothing_in_doubt(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path, code: str, amount: int
) -> None:
    before = balance(desk, beto)
    proxy = LossyProxy(nodes[0].url, passed_over=code, lose=100)
    words = ["pay", "beto@norte", f"0.{amount}"]
    with through(proxy, alice, PASSPHRASE):
        error = desk.refused(ExitCode.NODE_UNREACHABLE, words, "--wallet", alice)
    assert error["name"] == code
    assert in_doubt(desk, alice) is None
    assert balance(desk, beto) == before
    desk.ok(words, "--wallet", alice)
    assert balance(desk, beto) == before + amount


def test_a_payment_in_doubt_stays_in_doubt_while_the_node_is_away(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    before = balance(desk, beto)
    words = ["pay", "beto@norte", "0.15"]
    with through(LossyProxy(nodes[0].url, lose=100), alice, PASSPHRASE):
        desk.refused(ExitCode.OUTCOME_UNKNOWN, words, "--wallet", alice)
    proxy = LossyProxy(nodes[0].url, passed_over="busy", lose=100)
    with through(proxy, alice, PASSPHRASE):
        error = desk.refused(ExitCode.OUTCOME_UNKNOWN, words, "--wallet", alice)
    assert error["name"] == "answer_lost"

    def lost(request: Request) -> Answer:
        return Answer(is_lost=True)

    with through(proxy, alice, PASSPHRASE, respond=lost):
        away = desk.run(["balance"], "--wallet", alice)
    assert away.exit_code != ExitCode.OK
    assert "In doubt: 0.15 to beto@norte" in away.stderr
    assert desk.ok(words, "--wallet", alice)["repeated"] is True
    assert balance(desk, beto) == before + 15


def test_a_node_that_is_away_is_told_and_nothing_is_sent(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    with lock_wallet(alice) as lock:
        from node.member.moves import addresses_file
        from node.member.wallet_file import replace_public, unlock_wallet

        unlocked = unlock_wallet(read_wallet(alice), passphrase=PASSPHRASE)
        away = f"http://127.0.0.1:{free_ports(1)[0]}"
        replace_public(lock, unlocked, public=replace(unlocked.public, node_url=away))
    # It has never heard where the node is otherwise, and there is nobody whom it could ask.
    addresses_file(alice).unlink(missing_ok=True)
    error = desk.refused(
        ExitCode.NODE_UNREACHABLE, ["pay", "beto@norte", "1.00"], "--wallet", alice
    )
    assert error["name"] == "node_unreachable"
    with lock_wallet(alice) as lock:
        unlocked = unlock_wallet(read_wallet(alice), passphrase=PASSPHRASE)
        replace_public(lock, unlocked, public=replace(unlocked.public, node_url=nodes[0].url))
    assert in_doubt(desk, alice) is None


@pytest.mark.parametrize(
    ("payee", "amount", "code", "name"),
    [
        ("beto@norte", "900.00", ExitCode.REFUSED, "limit_exceeded"),
        ("carla@sur", "31.00", ExitCode.REFUSED, "clearing_limit_exceeded"),
        ("alice@norte", "1.00", ExitCode.REFUSED, "payee_is_payer"),
        ("nobody@norte", "1.00", ExitCode.REFUSED, "account_not_found"),
        ("beto@oeste", "1.00", ExitCode.REFUSED, "coop_unknown"),
        ("beto", "1.00", ExitCode.USAGE, "address_malformed"),
        ("beto@norte", "0", ExitCode.USAGE, "amount_zero"),
        ("beto@norte", "1.234", ExitCode.USAGE, "amount_thousands_mark"),
    ],
)
def test_what_can_not_be_paid_says_why_and_changes_nothing(
    desk: Desk,
    alice: Path,
    beto: Path,
    carla: Path,
    payee: str,
    amount: str,
    code: ExitCode,
    name: str,
) -> None:
    before = balance(desk, alice)
    error = desk.refused(code, ["pay", payee, amount], "--wallet", alice)
    assert error["name"] == name
    assert error["remedy"]
    assert balance(desk, alice) == before
    assert in_doubt(desk, alice) is None


def test_a_restored_wallet_finds_its_account(
    desk: Desk, nodes: list[RunningNode], alice: Path, tmp_path: Path
) -> None:
    from node.member.wallet_file import unlock_wallet

    seed = unlock_wallet(read_wallet(alice), passphrase=PASSPHRASE).seed
    other = tmp_path / "wallet.json"
    with lock_wallet(other) as lock:
        create_wallet(lock, seed=seed, passphrase=PASSPHRASE, stretching=QUICK)
    words = ["join", "--node", nodes[0].url, "--handle", "alice"]
    assert desk.ok(words, "--wallet", other)["state"] == "open"
    assert balance(desk, other) == balance(desk, alice)
    stranger = desk.wallet("stranger")
    assert desk.refused(ExitCode.REFUSED, words, "--wallet", stranger)["name"] == "handle_taken"


def test_another_federation_is_not_joined(desk: Desk, nodes: list[RunningNode]) -> None:
    words = ["join", "--node", nodes[0].url, "--handle", "eva", "--federation", "00" * 32]
    error = desk.refused(ExitCode.REFUSED, words, "--wallet", desk.wallet("eva"))
    assert error["name"] == "node_misbehaved"
    assert "another federation" in error["message"]


def test_node_status_and_doctor(desk: Desk, founded: Founded, nodes: list[RunningNode]) -> None:
    status = desk.ok(["node", "status", nodes[0].url], secret=False)
    assert (status["coop"], status["readiness"], status["sum"]) == ("norte", "ready", 0)
    words = ["doctor", "--folder", str(founded.folders[0]), "--node", nodes[0].url]
    healthy = desk.ok(words, "--wallet", desk.folder / "none", secret=False)
    assert healthy["healthy"] is True
    found_by_name = {check["name"]: check["health"] for check in healthy["checks"]}
    assert len(found_by_name) == len(healthy["checks"])  # The same node is told of once.
    assert found_by_name["node folder"] == found_by_name["database"] == "good"


def test_folder_and_url_have_one_digest(
    desk: Desk, founded: Founded, nodes: list[RunningNode], carla: Path
) -> None:
    with NodeClient(nodes[0].url) as client:
        assert client.get("/v1/status")["in_transit"]["items"] == 0
    words = ["audit", str(founded.folders[0]), nodes[0].url, "--json"]
    for _ in range(AUDITS):
        result = desk.run(words, secret=False)
        if result.exit_code == ExitCode.OK:
            break
    audited = json.loads(result.stdout.splitlines()[-1])
    assert audited["holds"] is True
    assert audited["digests_equal"] is True
