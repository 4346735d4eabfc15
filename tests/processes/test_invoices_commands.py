"""`fiado merchant` and paying invoices, against real node processes of two cooperatives."""

import csv
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from cli.demo.processes import RunningNode
from cli.shell.exit_codes import ExitCode
from tests.cli.fake_node import LossyProxy
from tests.processes.test_commands import (
    PASSPHRASE,
    Desk,
    alice,
    balance,
    beto,
    carla,
    desk,
    founded,
    nodes,
    through,
)

__all__ = ["alice", "beto", "carla", "desk", "founded", "nodes"]


def test_an_invoice_is_made_paid_from_another_coop_and_refunded(
    desk: Desk, alice: Path, carla: Path
) -> None:
    before = balance(desk, alice), balance(desk, carla)
    words = ["merchant", "invoice", "create", "1.50", "--description", "pan", "--order", "7"]
    made = desk.ok(words, "--wallet", alice)
    assert (made["state"], made["amount"]["value"]) == ("open", "150")
    words = ["pay", made["link"], "--yes", "--wait", "delivered"]
    paid = desk.ok(words, "--wallet", carla)
    assert (paid["amount"], paid["payee"]) == (150, "alice@norte")
    shown = desk.ok(["merchant", "invoice", "show", made["id"]], "--wallet", alice)
    assert (shown["state"], shown["paid"]["value"]) == ("settled", "150")
    error = desk.refused(ExitCode.REFUSED, ["pay", made["link"], "--yes"], "--wallet", carla)
    assert error["name"] == "invoice_not_open"
    listed = desk.ok(["merchant", "invoice", "list", "--state", "settled"], "--wallet", alice)
    assert made["id"] in [each["id"] for each in listed["invoices"]]
    refund = ["merchant", "refund", made["id"], "0.50", "--reason", "stale", "--id", "r1"]
    for _ in range(2):  # Once more changes nothing.
        back = desk.ok(refund, "--wallet", alice)
        assert (back["amount"]["value"], back["state"] != "prepared") == ("50", True)
    assert balance(desk, alice) == before[0] + 100
    report = desk.ok(["merchant", "report", "--days", "1"], "--wallet", alice)
    assert int(report["total"]["received"]["value"]) >= 150
    words = ["merchant", "report", "--csv", "--zone", "America/Argentina/Buenos_Aires"]
    error = desk.refused(ExitCode.USAGE, words, "--wallet", alice)
    each = ["--lines" if word == "--csv" else word for word in words]
    lines = desk.ok(each, "--wallet", alice)
    assert lines["zone"] == "America/Argentina/Buenos_Aires"
    assert made["id"] in [each["invoice"] for each in lines["movements"]]
    printed = desk.run(words, "--wallet", alice).stdout
    rows = list(csv.DictReader(io.StringIO(printed.removeprefix("\ufeff"))))
    assert len(rows) == len(lines["movements"])
    amounts = [row["amount"] for row in rows if row["invoice"] == made["id"]]
    assert amounts == ["-0.50", "1.50"]
    # Without an id nothing tells a second refund from the first once more.
    words = ["merchant", "refund", made["id"], "0.50"]
    error = desk.refused(ExitCode.REFUSED, words, "--wallet", alice)
    assert (error["name"], error["coop"]) == ("refunded_already", "norte")
    assert desk.ok([*words, "--again"], "--wallet", alice)["amount"]["value"] == "50"
    assert balance(desk, alice) == before[0] + 50


def test_an_invoice_that_nobody_agrees_to_is_not_paid(desk: Desk, alice: Path, beto: Path) -> None:
    before = balance(desk, alice)
    made = desk.ok(["merchant", "invoice", "create", "0.20"], "--wallet", beto)
    ended = desk.run(["pay", made["link"]], "--wallet", alice)
    assert ended.exit_code == ExitCode.INTERRUPTED
    assert "Error: Nobody answered, so nothing was paid." in ended.stderr.splitlines()
    assert balance(desk, alice) == before


def test_an_invoice_is_paid_once_though_the_answer_is_lost(
    desk: Desk, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    before = balance(desk, beto)
    made = desk.ok(["merchant", "invoice", "create", "0.20"], "--wallet", beto)
    words = ["pay", made["link"], "--yes"]
    with through(LossyProxy(nodes[0].url, lose=100), alice, PASSPHRASE):
        desk.refused(ExitCode.OUTCOME_UNKNOWN, words, "--wallet", alice)
    assert desk.ok(words, "--wallet", alice)["repeated"] is True
    assert balance(desk, beto) == before + 20


def test_invoices_are_cancelled_and_marked(desk: Desk, alice: Path) -> None:
    for command, state in (("cancel", "cancelled"), ("mark", "settled")):
        made = desk.ok(["merchant", "invoice", "create", "1"], "--wallet", alice)
        done = desk.ok(["merchant", "invoice", command, made["id"]], "--wallet", alice)
        assert done["state"] == state


def test_an_invoice_of_several_lines_is_shown_in_one_and_paid(
    desk: Desk, alice: Path, beto: Path
) -> None:
    words = ["merchant", "invoice", "create", "0.30", "--description", "pan\nmiel"]
    made = desk.ok(words, "--wallet", beto)
    assert made["description"] == "pan\nmiel"
    ended = desk.run(["pay", made["link"], "--yes"], "--wallet", alice)
    assert "pan / miel" in ended.stdout
    shown = desk.run(["merchant", "invoice", "show", made["id"]], "--wallet", beto).stdout
    assert "pan / miel" in shown and "settled" in shown


def test_the_same_id_makes_one_invoice(desk: Desk, alice: Path) -> None:
    words = ["merchant", "invoice", "create", "1", "--id", "order-9"]
    first, second = (desk.ok(words, "--wallet", alice) for _ in range(2))
    assert first["id"] == second["id"]


def test_keys_and_webhooks(desk: Desk, alice: Path) -> None:
    words = ["merchant", "key", "create", "--label", "shop", "--power", "invoices"]
    made = desk.ok(words, "--wallet", alice)
    assert made["key"].startswith("fk_")
    shown = desk.run(words, "--wallet", alice).stdout.splitlines()
    assert any(line.startswith("fk_") for line in shown)
    desk.ok(["merchant", "key", "revoke", made["id"]], "--wallet", alice)
    keys = desk.ok(["merchant", "key", "list"], "--wallet", alice)["keys"]
    assert [each["revoked"] is not None for each in keys if each["id"] == made["id"]] == [True]
    hook = ["merchant", "webhook", "add", "https://shop.example/fiado", "--type", "invoice.settled"]
    endpoint = desk.ok(hook, "--wallet", alice)
    assert endpoint["secret"].startswith("whsec_")
    for words in (
        ["merchant", "webhook", "list"],
        ["merchant", "webhook", "deliveries", endpoint["id"]],
        ["merchant", "webhook", "enable", endpoint["id"]],
        ["merchant", "webhook", "rotate", endpoint["id"]],
        ["merchant", "webhook", "remove", endpoint["id"]],
    ):
        desk.ok(words, "--wallet", alice)
    hooks = [desk.run(hook, "--wallet", alice) for _ in range(2)]
    assert ["another endpoint at this address" in each.stderr for each in hooks] == [False, True]
    assert "nothing sent so far" in hooks[1].stdout
    unknown = [*hook[:-1], "invoice.paid"]
    error = desk.refused(ExitCode.REFUSED, unknown, "--wallet", alice)
    assert error["name"] == "request_malformed" and "invoice.settled" in error["message"]
    inside = ["merchant", "webhook", "add", "https://127.0.0.1/"]
    error = desk.refused(ExitCode.REFUSED, inside, "--wallet", alice)
    assert error["name"] == "webhook_url_refused"


@pytest.fixture
def heard() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server on this machine: its URL, and what it was sent."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", received
        server.shutdown()


def test_listening_forwards_events(
    desk: Desk,
    alice: Path,
    heard: tuple[str, list[tuple[dict[str, str], bytes]]],
) -> None:
    url, received = heard
    words = [sys.executable, "-c", "from cli.main import main; main()", "merchant", "listen"]
    options = ["--wallet", str(alice), "--passphrase-file", str(desk.passphrase), "--json"]
    listener = subprocess.Popen(
        [*words, "--forward-to", url, "--count", "1", *options], stdout=subprocess.PIPE, text=True
    )
    # Until the stream is open nothing is heard, so invoices are cancelled until one is.
    while listener.poll() is None:
        made = desk.ok(["merchant", "invoice", "create", "1"], "--wallet", alice)
        desk.ok(["merchant", "invoice", "cancel", made["id"]], "--wallet", alice)
    assert listener.stdout is not None
    with listener.stdout:
        result = json.loads(listener.stdout.read())
    headers, body = received[0]
    content = Webhook(result["secret"]).verify(body, headers)
    assert content["type"] == "invoice.cancelled"
