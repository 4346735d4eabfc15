"""`fiado federation fallen`, and what `fiado receipt verify` says of what was signed and does not stand."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.shell.exit_codes import ExitCode
from cli.shell.fallen_words import outcome_words
from ledger.charter_entries import CharterEntry
from ledger.entries import decode_transaction
from node.changes import write_changes
from node.member.answers import encode_bytes
from node.store import DocumentKind
from tests.cli.fake_node import Answer, Request, serve
from tests.cli.federation.charter_node import CharterNode
from tests.node.engine.recording.test_fallen import forked, found_at, stand
from tests.node.engine.rig import Rig

PATH = "/v1/federation/fallen"


@pytest.fixture
def rig() -> Rig:
    """A federation whose coop 3 has forked; the history that coop 1 saw stands."""
    rig = forked()
    stand(rig, 1)
    return rig


def changes_of(rig: Rig) -> list[CharterEntry]:
    """What was changed in its charter."""
    documents = rig.stores[1].documents(DocumentKind.CERTIFICATE, limit=9)
    found = [decode_transaction(document.data) for document in documents]
    entries = [each for each in found if isinstance(each, CharterEntry)]
    return sorted(entries, key=lambda entry: entry.version)


class Node(CharterNode):
    """Answers what coop 1's engine would."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(federation=rig.federation, entries=changes_of(rig))
        self.rig = rig
        self.is_lying = False

    def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        path = urlsplit(request.path).path
        if not path.startswith(PATH):
            return super().__call__(request)
        found = found_at(self.rig, 1)
        if path == PATH:
            [fork] = found.forks
            forks = [
                {
                    "coop": "este",
                    "parted": fork.parted,
                    "version": fork.version,
                    "payments": fork.payments,
                    "amount": fork.amount,
                    "kept": fork.kept,
                }
            ]
            payments = [
                {
                    "coop": "este",
                    "number": each.number,
                    "head": each.head.hex(),
                    "time": each.time,
                    "payer": {"coop": "este", "coop_number": 3, "account": 1, "handle": "m1"},
                    "payee": {"coop": "sur", "coop_number": 2, "account": 0, "handle": None},
                    "amount": each.amount,
                    "outcome": each.outcome.value,
                    "stands_as": None,
                }
                for each in found.payments
            ]
            return Answer(
                document={"complete": True, "payments": payments, "next": None, "forks": forks}
            )
        head = found.payments[-1].head if self.is_lying else bytes.fromhex(path.split("/")[-1])
        proof = self.rig.engines[1].fallen_proof(head)
        assert proof is not None
        standing = None if proof.standing is None else encode_bytes(proof.standing)
        return Answer(document={"receipt": encode_bytes(proof.receipt), "standing": standing})


def fallen(node: Node, *words: str) -> Result:
    with serve(node) as url:
        return CliRunner().invoke(main, ["federation", "fallen", "--node", url, *words])


def verify(folder: Path, rig: Rig, file: Path, *words: str) -> Result:
    charter = folder / "charter.toml"
    charter.write_bytes(rig.federation.founding.source)
    (folder / "charter.changes").write_bytes(write_changes(changes_of(rig)))
    command = ["receipt", "verify", str(file), "--charter", str(charter), *words]
    return CliRunner().invoke(main, command)


def test_they_are_listed_and_their_receipts_written(tmp_path: Path, rig: Rig) -> None:
    result = fallen(Node(rig), "--receipts", str(tmp_path / "proofs"))
    assert result.exit_code == ExitCode.OK, result.output
    assert "Change 2 of the charter says which one stands" in result.stdout
    assert "5, together 0.84" in result.stdout
    assert "the common fund of sur" in result.stdout
    written = sorted(each.name for each in (tmp_path / "proofs").iterdir())
    standing = [name for name in written if name.endswith(".standing.receipt")]
    assert (len(written), len(standing)) == (8, 3)


def test_a_stranger_verifies_that_it_was_signed_and_does_not_stand(
    tmp_path: Path, rig: Rig
) -> None:
    proofs = tmp_path / "proofs"
    fallen(Node(rig), "--receipts", str(proofs))
    for standing in proofs.glob("*.standing.receipt"):
        file = proofs / standing.name.replace(".standing", "")
        result = verify(tmp_path, rig, file, "--against", str(standing))
        assert result.exit_code == ExitCode.REFUSED, result.output
        assert "change 2 of the charter" in result.stderr
        assert "este/" in result.stdout
        holds = verify(tmp_path, rig, standing)
        assert holds.exit_code == ExitCode.OK, holds.output
        turned = verify(tmp_path, rig, standing, "--against", str(file))
        assert turned.exit_code == ExitCode.REFUSED
        document = json.loads(verify(tmp_path, rig, file, "--json").stdout)
        assert document["error"]["name"] == "receipt_not_standing"


def test_receipts_that_prove_something_else_are_not_written(tmp_path: Path, rig: Rig) -> None:
    node = Node(rig)
    node.is_lying = True
    result = fallen(node, "--receipts", str(tmp_path / "proofs"))
    assert result.exit_code != ExitCode.OK
    assert not (tmp_path / "proofs").exists()


@pytest.mark.parametrize(
    ("outcome", "account", "words"),
    [
        ("undone", None, "undone: the payer has it, nobody was paid"),
        ("undone", (3, 1), "undone: you have it"),
        ("undone", (2, 7), "undone: you were not paid"),
        ("kept", (3, 1), "the payee keeps it, and you have it too"),
        ("kept", (2, 7), "you keep it"),
        ("commons", (2, 7), "your account had closed: your cooperative keeps it"),
    ],
)
def test_each_side_reads_what_holds(
    outcome: str, account: tuple[int, int] | None, words: str
) -> None:
    item = {
        "coop": "este",
        "outcome": outcome,
        "stands_as": None,
        "payer": {"coop_number": 3, "account": 1},
        "payee": {"coop_number": 2, "account": 7},
    }
    assert outcome_words(item, account=account) == words
    also = outcome_words({**item, "stands_as": 12}, account=account)
    assert also.endswith("it counts as entry este/12 too")


def test_the_charter_is_shown_with_what_a_fork_came_to(rig: Rig) -> None:
    with serve(Node(rig)) as url:
        result = CliRunner().invoke(main, ["federation", "show", url])
    assert result.exit_code == ExitCode.OK, result.output
    assert "este has signed several histories after entry 4 of its log." in result.stdout
    assert f"fiado federation fallen --node {url}" in result.stdout
