"""A node killed again and again while payments stream in: nothing acknowledged is ever lost.

Three real node processes. Senders pay through one of them without a pause, singly and in batches, each
sending what got no answer again, the same bytes. Meanwhile that node is killed with SIGKILL and started
again, `FIADO_KILLS` times in a row (4 by default):

    FIADO_KILLS=50 python -m pytest tests/processes/test_kill.py

At the end every acknowledged payment has to stand where the node said, in the log of every node; all
chains have to be whole, and all nodes have to agree.
"""

import os
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.audit.sources import audit_folder, audit_url
from cli.demo.founding import Founded, found
from cli.demo.processes import RunningNode, free_ports, running, start_node, wait_until_ready
from cli.demo.signing import NewMember, NewPayment, Signer, sign_admissions, sign_payments
from cli.demo.trade import wait_until_known, wait_until_settled
from cli.shell.terminal import Output
from ledger.charter import Charter
from ledger.codec import split
from ledger.entries import decode_entry
from ledger.receipts import decode_receipt
from ledger.transactions import encode_transaction
from node.member.answers import decode_bytes
from node.member.client import NodeClient, NodeError, NodeProblem

KILLS = int(os.environ.get("FIADO_KILLS", "4"))
SEED = int(os.environ.get("FIADO_KILL_SEED", "1"))
COOPS = 3
VICTIM = 1
PAYERS = 3
BATCH = 40
LIMIT = 2**40
MOST_PAYMENTS_BETWEEN_KILLS = 120
PATIENCE_SECONDS = 120


@dataclass
class Ledger:
    """What the victim acknowledged: index in its log -> the payment's exact bytes."""

    acknowledged: dict[int, bytes] = field(default_factory=dict)
    receipts: list[bytes] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    is_over: bool = False
    failure: BaseException | None = None

    def note(self, rows: Sequence[tuple[int, bytes]], receipt: bytes | None = None) -> None:
        """Take down acknowledged payments; no place may be given to two."""
        with self.changed:
            for number, payment in rows:
                assert self.acknowledged.setdefault(number, payment) == payment
            if receipt is not None:
                self.receipts.append(receipt)
            self.changed.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so many payments are acknowledged in all."""
        with self.changed:
            arrived = self.changed.wait_for(
                lambda: self.failure is not None or len(self.acknowledged) >= count,
                PATIENCE_SECONDS,
            )
        if self.failure is not None:
            raise self.failure
        assert arrived, f"only {len(self.acknowledged)} payments of {count} in {PATIENCE_SECONDS} s"


@pytest.fixture
def founded(tmp_path: Path) -> Founded:
    return found(
        tmp_path,
        seed=b"kill".ljust(32),
        name="Kill",
        clearing_limits=[LIMIT] * COOPS,
        ports=free_ports(COOPS),
    )


@pytest.fixture
def nodes(founded: Founded) -> Iterator[list[RunningNode]]:
    with running(founded.folders, founded.ports) as started:
        yield started
        for node in started:  # The victim's process is another by now.
            node.stop()


def signer(charter: Charter, coop: int) -> Signer:
    return Signer(seed=b"kill".ljust(32), federation=charter.federation, coop=coop, stewards=2)


def admit(founded: Founded, nodes: Sequence[RunningNode]) -> None:
    """Accounts 1 to `PAYERS` at every coop, known everywhere."""
    last = {}
    for coop, node in zip(founded.charter.coops, nodes, strict=True):
        members = [NewMember(account, f"m{account}", LIMIT) for account in range(1, PAYERS + 1)]
        with NodeClient(node.url) as client:
            for transaction in split(sign_admissions(signer(founded.charter, coop), members)):
                last[coop] = client.post_bytes("/v1/transactions", transaction)["number"]
    wait_until_known(nodes, last)


def payments_of(charter: Charter, payer: int) -> Iterator[bytes]:
    """A payer's payments without end, to every coop in turn."""
    sequence = 0
    while True:
        sequence += 1
        payment = NewPayment(payer, sequence, sequence % COOPS + 1, payer % PAYERS + 1, 1)
        yield sign_payments(signer(charter, VICTIM), [payment])


def send_singly(url: str, charter: Charter, payer: int, ledger: Ledger) -> None:
    """Pay one by one until it is over; what got no answer is sent again."""
    with NodeClient(url, attempts=1, answer_seconds=10) as client:
        for payment in payments_of(charter, payer):
            while not ledger.is_over:
                try:
                    answer = client.post_bytes("/v1/payments", payment)
                except NodeProblem as problem:
                    assert problem.is_retryable, problem
                except NodeError:
                    pass
                else:
                    receipt = decode_bytes(client, answer, "receipt")
                    ledger.note([(answer["number"], payment)], receipt)
                    break
            if ledger.is_over:
                return


def send_batches(url: str, charter: Charter, payer: int, ledger: Ledger) -> None:
    """Pay in batches until it is over."""
    payments = payments_of(charter, payer)
    with NodeClient(url, attempts=1, answer_seconds=10) as client:
        while not ledger.is_over:
            batch = [next(payments) for _ in range(BATCH)]
            while not ledger.is_over:
                try:
                    answer = client.post_bytes("/v1/payments/batch", b"".join(batch))
                except NodeProblem as problem:
                    assert problem.is_retryable, problem
                except NodeError:
                    pass
                else:
                    assert all(result > 0 for result in answer["results"]), answer["results"]
                    ledger.note(list(zip(answer["results"], batch, strict=True)))
                    break


def guarded(ledger: Ledger, send: object, *arguments: object) -> threading.Thread:
    """A thread that reports its failure to the ledger."""
    assert callable(send)

    def run() -> None:
        try:
            send(*arguments)
        except BaseException as error:
            ledger.failure = error
            with ledger.changed:
                ledger.changed.notify_all()

    return threading.Thread(target=run, daemon=True)


def log_of(url: str, coop: int) -> list[bytes]:
    """All entries of a log as a node serves it."""
    entries: list[bytes] = []
    with NodeClient(url) as client:
        while True:
            answer = client.get_bytes(f"/v1/logs/{coop}/entries", first=len(entries) + 1)
            if not answer.body:
                return entries
            entries += split(answer.body)


def test_no_acknowledged_payment_is_lost(founded: Founded, nodes: list[RunningNode]) -> None:
    charter = founded.charter
    chance = random.Random(SEED)
    admit(founded, nodes)
    ledger = Ledger()
    url = nodes[VICTIM - 1].url
    threads = [
        guarded(ledger, send_singly, url, charter, 1, ledger),
        guarded(ledger, send_singly, url, charter, 2, ledger),
        guarded(ledger, send_batches, url, charter, 3, ledger),
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            more = chance.randint(1, MOST_PAYMENTS_BETWEEN_KILLS)
            ledger.wait_for(len(ledger.acknowledged) + more)
            nodes[VICTIM - 1].kill()
            nodes[VICTIM - 1] = start_node(
                founded.folders[VICTIM - 1], port=founded.ports[VICTIM - 1]
            )
            wait_until_ready([nodes[VICTIM - 1]])
        ledger.wait_for(len(ledger.acknowledged) + 1)
    finally:
        ledger.is_over = True
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    if ledger.failure is not None:
        raise ledger.failure
    check_everything_is_there(founded, nodes, ledger)


def check_everything_is_there(
    founded: Founded, nodes: Sequence[RunningNode], ledger: Ledger
) -> None:
    wait_until_settled(nodes, Output(is_json=True))
    for node in nodes:
        log = log_of(node.url, VICTIM)
        for number, payment in ledger.acknowledged.items():
            entry = decode_entry(log[number - 1])
            assert not isinstance(entry, int)
            assert encode_transaction(entry.transaction) == payment
    for receipt in ledger.receipts:
        decode_receipt(receipt).check(founded.charter)
    reports = [audit_url(node.url, Output(is_json=True))[1] for node in nodes]
    reports += [audit_folder(folder, Output(is_json=True))[1] for folder in founded.folders]
    assert [finding for report in reports for finding in report.findings] == []
    assert len({report.digest for report in reports}) == 1
    assert all(report.total == 0 for report in reports)
