"""A writing process is killed without warning, again and again."""

import subprocess
import sys
from contextlib import suppress

from node.errors import StoreInUse
from node.store.sql import SqlStore
from tests.node.store.chains import verify_chain
from tests.node.store.logs import Log, start
from tests.node.store.places import SqlPlace

KILLS = 8
TRIES = 200


def open_after_kill(place: SqlPlace) -> SqlStore:
    """Open the store; PostgreSQL needs a moment to see that the other end is gone."""
    for _ in range(TRIES):
        with suppress(StoreInUse):
            return place.open()
    raise AssertionError("the killed writer's lock is still held")


def write_until_killed(place: SqlPlace, acknowledgements: int) -> int:
    """Let a process write, kill it after some acknowledgements; the last that it gave."""
    command = [sys.executable, "-m", "tests.node.store.writer_process", place.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(acknowledgements):
            process.stdout.readline()
        process.kill()
        rest = process.stdout.read()
    # What the process said between the last line that we read and its end is acknowledged too; a
    # line without its end may be cut short.
    lines = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert lines or acknowledgements
    return int(lines[-1]) if lines else 0


def test_no_acknowledged_commit_is_lost(sql_place: SqlPlace) -> None:
    reached = 0
    for number in range(KILLS):
        acknowledged = write_until_killed(sql_place, 3 + 5 * number)
        with open_after_kill(sql_place) as store:
            length, head = store.logs()[7]
            assert length >= max(acknowledged, reached + 3)
            assert store.meta("length") == b"%d" % length
            assert verify_chain(store, 7, genesis=start(7)) == length
            log = Log(7)
            log.grow(length)
            assert head == log.head()
        reached = length
