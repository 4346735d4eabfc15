"""`fiado audit` of a node that keeps two histories of one log: what it says of each, and of the loss."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.validators.reference import ReferenceValidator
from node.folder.making import create_node_key, init_folder, install_charter
from node.store import DocumentKind, Write
from node.store.sql import SqlStore
from tests.forks import Forks
from tests.ledger.test_branches import FEDERATION, FORKER, begun, spend_twice
from tests.node.audit.test_branches import evidence_of, kept_branch, stored

DATABASE = "node.db"


@pytest.fixture
def forks() -> Forks:
    forks = begun(ReferenceValidator)
    spend_twice(forks)
    return forks


def folder_of(root: Path, forks: Forks, *, with_evidence: bool = False) -> Path:
    """A node's folder with one history as the log and the other beside it."""
    folder = root / "node"
    create_node_key(folder, FEDERATION.node_keys[1].seed)
    init_folder(folder, coop=FEDERATION.charter.coops[1].name)
    install_charter(
        folder, charter=FEDERATION.founding.source, signatures=FEDERATION.charter_signatures()
    )
    source = stored(forks)
    segments = [each for coop in source.logs() for each in source.segments(coop, 1)]
    with SqlStore(f"sqlite:///{folder / DATABASE}") as store:
        store.commit(
            Write(
                segments=segments,
                documents=source.documents(DocumentKind.BRANCH, limit=9),
                evidence=[evidence_of(forks)] if with_evidence else [],
            )
        )
    return folder


def test_each_history_is_told_with_who_goes_by_it(tmp_path: Path, forks: Forks) -> None:
    folder = folder_of(tmp_path, forks)
    result = CliRunner().invoke(main, ["audit", str(folder)])
    assert result.exit_code == ExitCode.OK, result.output
    name = FEDERATION.charter.coops[FORKER].name
    said = [line for line in result.stdout.splitlines() if "One history of" in line]
    assert len(said) == 2
    lost = 800 if forks.validator.standing(FORKER) == 0 else 700
    for line in said:
        assert f"One history of {name} has" in line
    assert ["it stands;" in line for line in said].count(True) == 1
    assert ["it does not stand;" in line for line in said].count(True) == 1
    goers = {FEDERATION.charter.coops[coop].name for coop in (1, 2)}
    assert {line.rpartition(": ")[2].rstrip(".") for line in said} == goers
    assert f"loss of a fork {lost // 100}.00" in " ".join(result.stdout.split())

    document = json.loads(
        CliRunner().invoke(main, ["audit", str(folder), "--json"]).stdout.splitlines()[-1]
    )
    told = document["branches"]
    assert [each["stands"] for each in told].count(True) == 1
    assert {each["base"] for each in told} == {kept_branch(forks, 0).base}


def test_the_proof_of_the_fork_fails_the_audit_in_words(tmp_path: Path, forks: Forks) -> None:
    folder = folder_of(tmp_path, forks, with_evidence=True)
    result = CliRunner().invoke(main, ["audit", str(folder)])
    assert result.exit_code == ExitCode.AUDIT_FAILED
    assert "NOT RIGHT: There is proof that a cooperative cheated." in result.stdout
    assert "Seen: it signed two histories; the proof is stored here." in result.stdout
