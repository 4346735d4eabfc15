"""An election that was held with Belenios: what its file says, and whether Belenios itself finds it right.

Belenios keeps an election in one file that only grows, `UUID.bel`: a tar archive of events and of the data
that they name by hash. So the file at the opening is the beginning of the file at the end, which has the
ballots and the result. Ballots and proofs are for `belenios-tool` to verify; no cryptography is done here.
That one credential went to each member nobody can see from the file; their number is compared with the roll.

The convention of counts: one question with two answers, the first of which is yes and the second no; leaving
it blank, where the election lets people, is abstaining.
"""

import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from cli.shell.language import say

TOOL: Final = "belenios-tool"
LARGEST_FILE: Final = 268_435_456
LONGEST_RUN_S: Final = 3_600
_MARK: Final = "BELENIOS"
_SAID: Final = 300


@dataclass(eq=False)
class ElectionWrong(Exception):
    """The election's file is not what it should be; `code` names it, `problem` says it."""

    code: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """What an election's file says. `counts` are yes, no, abstaining; None for another kind of question."""

    credentials: int
    result: Any
    counts: tuple[int, int, int] | None


def read_election(path: Path) -> Election | None:
    """The election of a file, or None where it is not of Belenios; raises `ElectionWrong`, `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    members = _members(data)
    if members is None:
        return None
    try:
        events = [
            json.loads(each) for name, each in members.items() if name.endswith(".event.json")
        ]
        payloads = {each["type"]: each.get("payload") for each in events}
        if "Result" not in payloads:
            raise ElectionWrong(
                "election_unfinished", say("it has no result: the election goes on")
            )
        setup = _named(members, payloads["Setup"])
        credentials = _named(members, setup["credentials"])
        election = _named(members, setup["election"])
        result = _named(members, payloads["Result"])["result"]
        if any(each.partition(",")[2] not in ("", "1") for each in credentials):
            raise ElectionWrong("election_weighted", say("it counts some people for more than one"))
        return Election(
            credentials=len(credentials), result=result, counts=_counts(election, result)
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ElectionWrong(
            "election_unreadable", say("it can't be read as one of Belenios")
        ) from error


def _members(data: bytes) -> dict[str, bytes] | None:
    """The members of an archive that begins as those of Belenios do, in order."""
    if len(data) > LARGEST_FILE:
        return None
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=BytesIO(data), mode="r:") as archive:
            for member in archive:
                if not found and member.name != _MARK:
                    return None
                part = archive.extractfile(member) if member.isfile() else None
                found[member.name] = b"" if part is None else part.read()
    except tarfile.TarError:
        return None
    return found or None


def _named(members: dict[str, bytes], hash_: str) -> Any:
    return json.loads(members[f"{hash_}.data.json"])


def _counts(election: Any, result: Any) -> tuple[int, int, int] | None:
    questions = election["questions"]
    if len(questions) != 1 or len(questions[0].get("answers", ())) != 2:
        return None
    counted = [int(each) for each in result[0]]
    blank = counted.pop(0) if questions[0].get("blank") else 0
    yes, no = counted
    return yes, no, blank


def goes_on_from(path: Path, beginning: Path) -> bool:
    """Whether a file begins with all of another one."""
    with path.open("rb") as file, beginning.open("rb") as other:
        start = other.read(LARGEST_FILE)
        return file.read(len(start)) == start


def run_tool(path: Path) -> bool:
    """Let Belenios verify an election; whether it is installed. Raises `ElectionWrong` if it is wrong."""
    tool = shutil.which(TOOL)
    if tool is None:
        return False
    with tempfile.TemporaryDirectory(prefix="fiado-election-") as folder:
        shutil.copyfile(path, Path(folder) / "election.bel")
        try:
            ended = subprocess.run(
                [tool, "election", "verify", "--dir", folder],
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=LONGEST_RUN_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ElectionWrong(
                "election_endless", say("{tool} did not come to an end", tool=TOOL)
            ) from None
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines() or [say("it says nothing")]
        raise ElectionWrong(
            "election_wrong",
            say("{tool} finds it wrong: {lines}", tool=TOOL, lines=lines[-1][:_SAID]),
        )
    return True
