"""A vote held with Belenios: what its file says is compared with the books, and Belenios verifies the rest.

`horno.bel` is an election that belenios-tool 2.0 held: of three members two said yes, and one abstained.
"""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from cli.proposal.belenios import ElectionWrong, goes_on_from, read_election, run_tool
from cli.proposal.elsewhere import check_election
from cli.proposal.fetched import Fetched
from cli.shell.terminal import Output
from ledger.government.actions import Resolve

HELD = Path(__file__).parent / "elections" / "horno.bel"
OPENING_BYTES = 8_704
"""So long was the file before anybody had voted."""


@pytest.fixture
def opening(tmp_path: Path) -> Path:
    file = tmp_path / "opening.bel"
    file.write_bytes(HELD.read_bytes()[:OPENING_BYTES])
    return file


@pytest.fixture
def no_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def tool(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put another belenios-tool on the path."""
    folder.mkdir()
    file = folder / "belenios-tool"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def proposal(*, roll: int = 3, **counts: int) -> Fetched:
    found = {"roll": roll, "counts": {"yes": 2, "no": 0, "abstain": 1, **counts}}
    return Fetched(number=2, action=Resolve(), found=found)


def archive(file: Path, **changed: Any) -> Path:
    """A file like one of Belenios, with these data instead of sound ones."""
    data: dict[str, Any] = {
        "election": {"questions": [{"answers": ["yes", "no"]}]},
        "credentials": ["1", "2"],
        "result": {"result": [[1, 1]]},
        "setup": {"election": "election", "credentials": "credentials"},
        **changed,
    }
    events = [{"type": "Setup", "payload": "setup"}, {"type": "Result", "payload": "result"}]
    members = {"BELENIOS": {}, **{f"{name}.data.json": each for name, each in data.items()}}
    members |= {f"{number}.event.json": each for number, each in enumerate(events)}
    with tarfile.open(file, "w") as tar:
        for name, each in members.items():
            written = json.dumps(each).encode()
            member = tarfile.TarInfo(name)
            member.size = len(written)
            tar.addfile(member, io.BytesIO(written))
    return file


def wrong(found: Fetched, ballot: Path | None, file: Path) -> str:
    with pytest.raises(ElectionWrong) as caught:
        check_election(found, ballot, file, Output(is_json=True))
    return caught.value.code


def test_its_file_says_who_could_vote_and_how_it_ended() -> None:
    election = read_election(HELD)
    assert election is not None
    assert (election.credentials, election.counts) == (3, (2, 0, 1))


def test_the_file_at_the_end_goes_on_from_that_at_the_opening(opening: Path) -> None:
    assert goes_on_from(HELD, opening)
    assert not goes_on_from(opening, HELD)


@pytest.mark.usefixtures("no_tool")
def test_without_the_tool_it_is_said_that_nobody_checked_ballots(
    opening: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = check_election(proposal(), opening, HELD, Output(is_json=False))
    assert checked == {"election": "not_verified", "credentials": 3}
    assert "not checked: belenios-tool is not installed" in capsys.readouterr().err


@pytest.mark.usefixtures("no_tool")
def test_each_thing_that_is_wrong_has_its_name(tmp_path: Path, opening: Path) -> None:
    other = tmp_path / "other.bel"
    other.write_bytes(bytes(OPENING_BYTES))
    assert wrong(proposal(), other, HELD) == "election_other"
    assert wrong(proposal(roll=2), None, HELD) == "election_too_large"
    assert wrong(proposal(yes=3), None, HELD) == "counts_differ"
    assert wrong(proposal(), None, opening) == "election_unfinished"
    weighted = archive(tmp_path / "weighted.bel", credentials=["1,7", "2"])
    assert wrong(proposal(), None, weighted) == "election_weighted"
    broken = archive(tmp_path / "broken.bel", result={"result": None})
    assert wrong(proposal(), None, broken) == "election_unreadable"


@pytest.mark.usefixtures("no_tool")
def test_other_files_and_other_questions_are_left_to_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "result.json"
    text.write_text("{}")
    output = Output(is_json=False)
    assert check_election(proposal(), None, text, output) == {"election": "not_checked"}
    many = archive(
        tmp_path / "many.bel", election={"questions": [{"answers": ["ana", "beto", "celia"]}]}
    )
    check_election(proposal(), None, many, output)
    assert "Compare its result with the counts yourself" in capsys.readouterr().err


def test_the_tool_is_asked_about_a_copy_and_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    tool(monkeypatch, tmp_path / "bin", f'echo "$1 $2" > {seen}; cmp "$4"/*.bel {HELD}')
    assert run_tool(HELD)
    assert seen.read_text() == "election verify\n"


def test_what_the_tool_finds_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(monkeypatch, tmp_path / "bin", "echo 'hash found instead of another' >&2; exit 124")
    with pytest.raises(ElectionWrong) as caught:
        run_tool(HELD)
    assert caught.value.code == "election_wrong"
    assert "hash found instead of another" in caught.value.problem


@pytest.mark.needs_belenios
def test_belenios_itself_verifies_it_and_finds_a_ballot_that_was_changed(tmp_path: Path) -> None:
    assert run_tool(HELD)
    changed = bytearray(HELD.read_bytes())
    changed[changed.index(b"choices", OPENING_BYTES) + 40] ^= 1
    file = tmp_path / "changed.bel"
    file.write_bytes(changed)
    with pytest.raises(ElectionWrong):
        run_tool(file)
