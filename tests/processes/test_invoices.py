"""Invoices made, paid and told while merchant, node and shop are killed: nothing is lost or doubled.

Two node processes. A merchant's program asks for invoices at the first; members of both cooperatives pay
them; a shop's server is told. All three are killed with SIGKILL at random and started again. At the end
every invoice is settled, was told at least once and under one id only, and the money is exact.

    FIADO_INVOICES=1000 FIADO_INVOICE_KILLS=60 python -m pytest tests/processes/test_invoices.py
"""

import datetime
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from cli.demo.founding import Founded, found
from cli.demo.processes import RunningNode, free_ports, running, start_node, wait_until_ready
from cli.demo.signing import NewMember, Signer, member_key, sign_admissions
from cli.demo.trade import wait_until_known, wait_until_settled
from cli.shell.terminal import Output
from ledger.codec import split
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.transactions import Pay, encode_transaction, signed_part
from node.member.client import NodeClient, NodeError, NodeProblem
from node.member.sessions import open_session
from tests.processes.invoice_merchant import amount_of, whole

INVOICES = int(os.environ.get("FIADO_INVOICES", "60"))
KILLS = int(os.environ.get("FIADO_INVOICE_KILLS", "9"))
RANDOM_SEED = int(os.environ.get("FIADO_INVOICE_SEED", "1"))
SEED = b"invoices".ljust(32)
LIMIT = 2**40
MERCHANT, PAYER = 1, 2
PATIENCE_SECONDS = 300
_LOOK_AGAIN_SECONDS = 0.02


@pytest.fixture
def founded(tmp_path: Path) -> Founded:
    made = found(
        tmp_path,
        seed=SEED,
        name="Invoices",
        clearing_limits=[LIMIT] * 2,
        ports=free_ports(2),
    )
    settings = made.folders[0] / "node.toml"
    text = settings.read_text(encoding="utf-8")
    assert text.count("[merchant]\n") == 1
    text = text.replace("[merchant]\n", "[merchant]\nprivate_webhooks = true\n")
    settings.write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def nodes(founded: Founded) -> Iterator[list[RunningNode]]:
    with running(founded.folders, founded.ports) as started:
        yield started
        for node in started:  # The first one's process is another by now.
            node.stop()


def admit(founded: Founded, nodes: list[RunningNode]) -> None:
    last = {}
    for coop, node in zip(founded.charter.coops, nodes, strict=True):
        signer = Signer(seed=SEED, federation=founded.charter.federation, coop=coop, stewards=2)
        members = [NewMember(number, f"m{number}", LIMIT) for number in (MERCHANT, PAYER)]
        with NodeClient(node.url) as client:
            for transaction in split(sign_admissions(signer, members)):
                last[coop] = client.post_bytes("/v1/transactions", transaction)["number"]
    wait_until_known(nodes, last)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as `condition` holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(_LOOK_AGAIN_SECONDS)


@dataclass
class Program:
    """A program of ours that is killed and started again."""

    module: str
    arguments: list[str]
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, *self.arguments], stdout=subprocess.PIPE, text=True
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()

    def restart(self) -> None:
        self.kill()
        self.start()


@dataclass
class Payers:
    """Members who pay each invoice once, whatever happens on the way."""

    founded: Founded
    urls: list[str]
    file: Path
    paid: list[int] = field(default_factory=list)
    failure: BaseException | None = None

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self.failure = error

    def _run(self) -> None:
        sequences = {1: 0, 2: 0}
        seen: set[int] = set()
        while len(seen) < INVOICES:
            lines = [line for line in self.file.read_text().splitlines() if whole(line)]
            for made in map(json.loads, lines):
                if made["number"] in seen:
                    continue
                seen.add(made["number"])
                coop = 1 + made["number"] % 2
                sequences[coop] += 1
                self._pay(coop, sequences[coop], made)
                self.paid.append(made["number"])
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _pay(self, coop: int, sequence: int, made: dict[str, object]) -> None:
        pay = Pay(
            payer=PAYER,
            sequence=sequence,
            payee_coop=1,
            payee=MERCHANT,
            amount=amount_of(int(str(made["number"]))),
            reference=bytes.fromhex(str(made["reference"])),
        )
        federation = self.founded.charter.federation
        message = signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(pay))
        key = member_key(SEED, coop=coop, account=PAYER)
        body = encode_transaction(replace(pay, signature=key.sign(message)))
        with NodeClient(self.urls[coop - 1], attempts=1, answer_seconds=10) as client:
            while True:
                try:
                    client.post_bytes("/v1/payments", body)
                    return
                except NodeProblem as problem:
                    assert problem.is_retryable, problem
                except NodeError:
                    pass


def merchant_client(founded: Founded, url: str) -> NodeClient:
    client = NodeClient(url)
    open_session(
        client,
        member_key(SEED, coop=1, account=MERCHANT),
        role="member",
        number=MERCHANT,
        coop=1,
        federation=founded.charter.federation,
    )
    return client


def test_every_settled_invoice_is_told_and_none_twice(
    founded: Founded, nodes: list[RunningNode], tmp_path: Path
) -> None:
    admit(founded, nodes)
    chance = random.Random(RANDOM_SEED)
    (port,) = free_ports(1)
    made, heard = tmp_path / "made", tmp_path / "heard"
    made.touch()
    heard.touch()
    url = nodes[0].url
    with merchant_client(founded, url) as client:
        key = client.post("/v1/merchant/keys", {"label": "x", "powers": ["invoices"]})["key"]
        endpoint = client.post("/v1/webhooks", {"url": f"http://127.0.0.1:{port}/hook"})
    receiver = Program("tests.processes.invoice_receiver", [str(port), str(heard)])
    merchant = Program("tests.processes.invoice_merchant", [url, key, str(INVOICES), str(made)])
    payers = Payers(founded, [node.url for node in nodes], made)
    paying = threading.Thread(target=payers.run, daemon=True)
    receiver.start()
    merchant.start()
    paying.start()

    def restart_node() -> None:
        nodes[0].kill()
        nodes[0] = start_node(founded.folders[0], port=founded.ports[0])
        wait_until_ready([nodes[0]])

    victims = (restart_node, receiver.restart, merchant.restart)
    try:
        for kill in range(KILLS):
            aim = (kill + 1) * INVOICES // (KILLS + 1) - chance.randrange(3)
            wait_for(
                lambda aim=aim: len(payers.paid) >= aim or payers.failure is not None,  # type: ignore[misc]
                f"{aim} invoices are paid (seed {RANDOM_SEED})",
            )
            victims[kill % 3 if kill < 3 else chance.randrange(3)]()
        paying.join(PATIENCE_SECONDS)
        assert payers.failure is None and len(payers.paid) == INVOICES, payers.failure
        wait_until_settled(nodes, Output(is_json=True))
        check_told(founded, url, endpoint, heard)
    finally:
        receiver.kill()
        merchant.kill()


def check_told(founded: Founded, url: str, endpoint: dict[str, str], heard: Path) -> None:
    with merchant_client(founded, url) as client:

        def all_delivered() -> bool:
            # What is to be tried again in some minutes is tried at once.
            client.post(f"/v1/webhooks/{endpoint['id']}/enable")
            told = every(client, f"/v1/webhooks/{endpoint['id']}/deliveries", "deliveries")
            settled = [each for each in told if each["type"] == "invoice.settled"]
            return len(settled) == INVOICES and all(each["state"] == "delivered" for each in told)

        wait_for(all_delivered, "everything is delivered")
        invoices = every(client, "/v1/invoices", "invoices")
        balance = client.get("/v1/me")["balance"]
    assert len(invoices) == INVOICES
    assert {each["client_id"] for each in invoices} == {f"order-{n}" for n in range(INVOICES)}
    assert {(each["state"], each["reason"]) for each in invoices} == {("settled", "none")}
    expected = sum(amount_of(number) for number in range(INVOICES))
    assert balance == expected == sum(int(each["paid"]["value"]) for each in invoices)
    ids = defaultdict(set)
    for line in heard.read_text().splitlines():
        if not whole(line):
            continue
        arrived = json.loads(line)
        # Its timestamp may be old by now; the signature is what matters here.
        content = json.loads(arrived["body"])
        check_signature(endpoint["secret"], arrived["headers"], arrived["body"])
        if content["type"] == "invoice.settled":
            ids[content["data"]["id"]].add(arrived["headers"]["webhook-id"])
    assert set(ids) == {each["id"] for each in invoices}
    assert all(len(messages) == 1 for messages in ids.values())
    assert len(set.union(*ids.values())) == INVOICES


def check_signature(secret: str, headers: dict[str, str], body: str) -> None:
    moment = datetime.datetime.fromtimestamp(int(headers["webhook-timestamp"]), datetime.UTC)
    expected = Webhook(secret).sign(headers["webhook-id"], moment, body)
    assert expected in headers["webhook-signature"].split(" ")


def every(client: NodeClient, path: str, name: str) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    before = None
    while True:
        page = client.get(path, limit=200, before=before)
        found += page[name]
        before = page["next"]
        if before is None:
            return found
