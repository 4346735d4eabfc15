"""The checks of `fiado doctor`: each looks at one thing and says what it found and what would help.

They read, and write one small file that is removed again; nothing else is changed.
"""

import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import nacl.bindings

from cli.node.address import address_of
from cli.shell.errors import in_words
from cli.shell.forms import marked
from cli.shell.language import say
from cli.shell.retelling import retold
from cli.shell.states import state_words
from ledger.signatures import SignatureInvalid, SigningKey, verify
from ledger.validators.choose import ValidatorUnavailable, chosen_name
from node.audit.database import PREFIX, database_problem
from node.errors import NodeFault
from node.folder.files import NotInCharter
from node.folder.loading import NodeFolder, load_folder, read_peers
from node.member.client import NodeClient, NodeError
from node.member.private_files import UnsafeFile
from node.member.troubles import read_deciding, read_troubles
from node.member.wallet_file import read_wallet
from node.member.wallet_format import WalletError

OLDEST_PYTHON: Final = (3, 11)
SQLITE_WITHOUT_RESET_BUG: Final = (3, 51, 3)
SLOW_SYNC_MS: Final = 200
EARLIEST_CLOCK: Final = 1_767_225_600
"""2026-01-01 in Unix seconds: this program did not exist before."""
WIDEST_CLOCK_GAP_SECONDS: Final = 120


class Health(StrEnum):
    """How a check ended."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was looked at, what was found, and what would help when it is not good."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def check_machine(folder: Path) -> Iterator[Check]:
    """Programs, libraries, the disk under `folder`, and the clock."""
    yield _python()
    yield _libsodium()
    yield _validator()
    yield _sqlite()
    yield _disk(folder)
    yield _clock()


def _python() -> Check:
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info < OLDEST_PYTHON:
        remedy = say("Install Python 3.11 or later.")
        return Check(name="Python", health=Health.BAD, found=found, remedy=remedy)
    return Check(name="Python", health=Health.GOOD, found=found)


def _libsodium() -> Check:
    message = b"fiado doctor"
    key = SigningKey(bytes(32))
    try:
        verify(public_key=key.public_key, message=message, signature=key.sign(message))
    except SignatureInvalid:
        remedy = say("Install PyNaCl again: pip install --force-reinstall pynacl")
        found = say("it does not verify its own signature")
        return Check(name="libsodium", health=Health.BAD, found=found, remedy=remedy)
    if not getattr(nacl.bindings, "has_crypto_core_ed25519", False):
        return Check(
            name="libsodium",
            health=Health.NOTE,
            found=say("without point arithmetic"),
            remedy=say(
                "Signatures are right but wrong ones are slow to refuse. Use PyNaCl's own wheels."
            ),
        )
    return Check(
        name="libsodium",
        health=Health.GOOD,
        found=say("PyNaCl {version}", version=nacl.__version__),
    )


def _validator() -> Check:
    try:
        name = chosen_name()
    except ValidatorUnavailable as error:
        return Check(
            name=say("validator"),
            health=Health.BAD,
            found=retold(str(error)),
            remedy=say("Run `make native`."),
        )
    if name == "native":
        return Check(name=say("validator"), health=Health.GOOD, found=say("native"))
    return Check(
        name=say("validator"),
        health=Health.NOTE,
        found=say("reference ({why_not_native})", why_not_native=_why_not_native()),
        remedy=say(
            "Everything works, only slower: enough for a cooperative, not for a big one. With a "
            "Rust toolchain, `make native` builds the native validator."
        ),
    )


def _why_not_native() -> str:
    if os.environ.get("FIADO_VALIDATOR") == "reference":
        return say("FIADO_VALIDATOR=reference asks for it")
    try:
        import ledger.validators.native
    except ImportError as error:
        return say("the native one is not built: {error}", error=error)
    return say("{name} is there", name=ledger.validators.native.__name__)


def _sqlite() -> Check:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_WITHOUT_RESET_BUG:
        return Check(
            name="SQLite",
            health=Health.GOOD,
            found=say(
                "{version} (its WAL-reset bug can't happen here: one connection writes)",
                version=version,
            ),
        )
    return Check(name="SQLite", health=Health.GOOD, found=version)


def _disk(folder: Path) -> Check:
    """Write a small file and ask the disk to keep it, in the folder or the nearest that exists."""
    where = folder.absolute()
    while not where.is_dir():
        where = where.parent
    try:
        with tempfile.NamedTemporaryFile(dir=where, prefix=".fiado-doctor-") as file:
            file.write(b"fiado")
            file.flush()
            begun = time.perf_counter_ns()
            os.fsync(file.fileno())
            took_ms = (time.perf_counter_ns() - begun) / 1e6
    except OSError as error:
        found = say(
            "can't write and sync in {where}: {strerror}",
            where=where,
            strerror=say(error.strerror or ""),
        )
        remedy = say("A node needs a local disk with room, in a folder that it may write to.")
        return Check(name=say("disk"), health=Health.BAD, found=found, remedy=remedy)
    found = say("sync in {where} takes {took_ms} ms", where=where, took_ms=marked(f"{took_ms:.1f}"))
    if took_ms > SLOW_SYNC_MS:
        remedy = say("Payments wait for the disk. A solid-state disk makes them quick.")
        return Check(name=say("disk"), health=Health.NOTE, found=found, remedy=remedy)
    return Check(name=say("disk"), health=Health.GOOD, found=found)


def _clock() -> Check:
    now = time.time()
    found = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < EARLIEST_CLOCK:
        remedy = say("The clock is years behind; set it, and let the system keep it right (NTP).")
        return Check(name=say("clock"), health=Health.BAD, found=found, remedy=remedy)
    return Check(name=say("clock"), health=Health.GOOD, found=found)


def check_wallet(path: Path) -> Iterator[Check]:
    """The wallet's file and its permissions."""
    if not path.exists():
        found = say("none at {path}", path=path)
        yield Check(name=say("wallet"), health=Health.NOTE, found=found)
        return
    try:
        public = read_wallet(path).public
    except (WalletError, UnsafeFile, OSError) as error:
        worded = in_words(error)
        found = worded.message if worded else retold(str(error))
        remedy = worded.remedy if worded else ""
        yield Check(name=say("wallet"), health=Health.BAD, found=found, remedy=remedy)
        return
    who = f"{public.handle}@{public.coop}" if public.handle else say("of no account yet")
    yield Check(
        name=say("wallet"),
        health=Health.GOOD,
        found=say("{path}, {who}; only you can read it", path=path, who=who),
    )


def check_folder(folder: Path) -> Iterator[Check]:
    """A node's folder: charter, signatures, key, settings, and the soundness of its database."""
    try:
        found = load_folder(folder)
    except NotInCharter as missing:
        yield _without_place(folder, missing)
        return
    except NodeFault as error:
        worded = in_words(error)
        remedy = worded.remedy if worded else ""
        yield Check(
            name=say("node folder"), health=Health.BAD, found=retold(str(error)), remedy=remedy
        )
        return
    words = say("{title}, federation {name}", title=found.coop.title, name=found.founding.name)
    yield Check(name=say("node folder"), health=Health.GOOD, found=words)
    if found.settings.engine.restored:
        remedy = say("Once `fiado node status` says ready, take the line out of node.toml.")
        yield Check(
            name=say("restored"),
            health=Health.NOTE,
            found=say("node.toml: restored = true"),
            remedy=remedy,
        )
    yield from _wages(found)
    address = found.store_address
    if address.startswith(PREFIX) and not Path(address.removeprefix(PREFIX)).exists():
        words = say("not there yet; the node makes it when it first runs")
        yield Check(name=say("database"), health=Health.NOTE, found=words)
        return
    problem = database_problem(address)
    if problem is not None:
        remedy = say("Stop the node and restore a copy; see OPERATING.")
        yield Check(name=say("database"), health=Health.BAD, found=retold(problem), remedy=remedy)
        return
    words = (
        say("sound")
        if address.startswith(PREFIX)
        else say("not looked at: PostgreSQL minds its own")
    )
    yield Check(name=say("database"), health=Health.GOOD, found=words)


def _wages(folder: NodeFolder) -> Iterator[Check]:
    """The file of wages, where there is to be one: nothing but hours hangs on it."""
    wages = folder.wages()
    if wages is not None and wages.problem:
        yield Check(
            name=say("wages"),
            health=Health.NOTE,
            found=retold(wages.problem),
            remedy=say(
                "Mend the file that [wage] in node.toml names; until then the node shows no new hours."
            ),
        )


def _without_place(folder: Path, missing: NotInCharter) -> Check:
    """A node that asks its peers waits for its place, or will; without any it can't run."""
    try:
        is_asking = bool(read_peers(folder))
    except NodeFault:
        is_asking = False
    if is_asking:
        return Check(
            name=say("node folder"),
            health=Health.NOTE,
            found=say("has no place in the charter yet: {missing}", missing=retold(str(missing))),
            remedy=say(
                "The node waits until the federation has decided, and goes on by itself; `fiado "
                "federation show URL`, with the address of one of its peers, says how far that is. If "
                "nothing is to be decided, it is the folder of another cooperative or key."
            ),
        )
    worded = in_words(missing)
    remedy = worded.remedy if worded else ""
    return Check(
        name=say("node folder"), health=Health.BAD, found=retold(str(missing)), remedy=remedy
    )


def check_running(folder: Path) -> Iterator[Check]:
    """What the node of a folder says, if it runs now; else what can be seen without it."""
    try:
        found, url = load_folder(folder), address_of(folder)
    except (NodeFault, OSError):
        return  # `check_folder` has said what is wrong with it
    checks = [*check_node(url)]
    if checks[0].health is not Health.BAD:
        yield from checks
        return
    yield Check(
        name=say("node"),
        health=Health.NOTE,
        found=say("does not answer at {url}", url=url),
        remedy=say("If it is to run: `fiado node run {folder}`.", folder=folder),
    )
    if len(found.founding.genesis.coops) > 1 and not found.peers:
        remedy = say(
            "Write the addresses of the other nodes under [peers] in node.toml, or let them write "
            "yours: else nothing arrives from them, and nothing there."
        )
        yield Check(
            name=say("peers"), health=Health.NOTE, found=say("none in node.toml"), remedy=remedy
        )


def check_node(url: str) -> Iterator[Check]:
    """Whether a node answers, what it says is wrong with it, and whether its clock is near ours."""
    try:
        with NodeClient(url, attempts=1) as client:
            status = client.get("/v1/status")
    except NodeError as error:
        worded = in_words(error)
        found = worded.message if worded else type(error).__name__
        remedy = worded.remedy if worded else ""
        yield Check(name=say("node"), health=Health.BAD, found=found, remedy=remedy)
        return
    ready = status.get("readiness")
    words = say(
        "{coop}, {ready}, validator {validator}",
        coop=status.get("coop"),
        ready=state_words(ready),
        validator=state_words(status.get("validator")),
    )
    health = Health.GOOD if ready == "ready" else Health.NOTE
    yield Check(name=say("node"), health=health, found=words)
    for trouble in read_troubles(status):
        health = Health.BAD if trouble.stops_recording else Health.NOTE
        name = state_words(trouble.kind)
        yield Check(
            name=name, health=health, found=retold(trouble.detail), remedy=retold(trouble.remedy)
        )
    for deciding in read_deciding(status):
        yield Check(name=say("being decided"), health=Health.NOTE, found=retold(deciding))
    node_time = status.get("time")
    gap = abs(int(time.time()) - node_time) if isinstance(node_time, int) else 0
    if gap > WIDEST_CLOCK_GAP_SECONDS:
        remedy = say("One of the two clocks is wrong; let both systems keep theirs (NTP).")
        found = say("{seconds} seconds apart from this machine's", seconds=gap)
        if gap >= 172_800:
            found = say("{days} days apart from this machine's", days=gap // 86400)
        yield Check(name=say("node's clock"), health=Health.NOTE, found=found, remedy=remedy)
