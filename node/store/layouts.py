"""From the layout of an older database to today's, in numbered steps.

A database of today opens with the program of tomorrow: whoever opens it for writing brings it forward, step
by step, in the one transaction in which it is opened, so that a crash leaves the old layout or the new one.
There is no way back: an older program refuses what a newer one has opened.

A step is written once and never edited, in the words of its own time: it names no table of `tables`, which is
always today's. To change the layout, change `tables`, add a step at the end of `STEPS`, and add the layout
that it makes to `tests/node/store/layouts`; the tests bring databases of all layouts forward and compare them
with a new one.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from node.errors import StoreVersionUnknown

OLDEST_LAYOUT = 2
"""The layout that the first step leaves. What came before it was never released."""


def _payments_by_their_bytes(connection: Connection) -> None:
    """2 to 3: the history index knows a payment by the digest of its bytes, and is built again."""
    kind = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    connection.exec_driver_sql("DELETE FROM history")
    connection.exec_driver_sql("DELETE FROM history_upto")
    connection.exec_driver_sql(f"ALTER TABLE history ADD COLUMN digest {kind}")


def _snapshots_of_an_older_state(connection: Connection) -> None:
    """3 to 4: a log's state has more than older snapshots have; it is replayed from the entries once."""
    connection.exec_driver_sql("DELETE FROM snapshot_parts")
    connection.exec_driver_sql("DELETE FROM snapshots")


def _lines_for_what_came_back(connection: Connection) -> None:
    """4 to 5: the history index knows what came back when a coop left, and is built again."""
    connection.exec_driver_sql("DELETE FROM history")
    connection.exec_driver_sql("DELETE FROM history_upto")


def _payments_with_their_amounts(connection: Connection) -> None:
    """5 to 6: the history index knows by how much an entry changes a balance, and is built again."""
    connection.exec_driver_sql("DELETE FROM history")
    connection.exec_driver_sql("DELETE FROM history_upto")
    connection.exec_driver_sql("ALTER TABLE history ADD COLUMN amount BIGINT NOT NULL DEFAULT 0")


def _bookings_of_statements(connection: Connection) -> None:
    """6 to 7: what changed each balance, in the order of the own log; it is made from the logs."""
    connection.exec_driver_sql(
        "CREATE TABLE bookings (account BIGINT NOT NULL, time BIGINT NOT NULL, number BIGINT NOT NULL, "
        "part BIGINT NOT NULL, amount BIGINT NOT NULL, balance BIGINT NOT NULL, role SMALLINT, "
        "log BIGINT NOT NULL, entry BIGINT NOT NULL, paid BIGINT NOT NULL, cause VARCHAR NOT NULL, "
        "other BIGINT, PRIMARY KEY (account, time, number, part))"
        + ("" if connection.dialect.name == "postgresql" else " WITHOUT ROWID")
    )


STEPS: tuple[Callable[[Connection], None], ...] = (
    _payments_by_their_bytes,
    _snapshots_of_an_older_state,
    _lines_for_what_came_back,
    _payments_with_their_amounts,
    _bookings_of_statements,
)
"""The step at place n leads from layout `OLDEST_LAYOUT` + n to the one after it."""

NEWEST_LAYOUT = OLDEST_LAYOUT + len(STEPS)


def layout_of(version: bytes | None) -> int:
    """The layout that a database says it has. Raises `StoreVersionUnknown` for one that can't be read."""
    if version is None:
        raise StoreVersionUnknown("this database belongs to another program")
    text = version.decode("ascii", errors="replace")
    layout = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not OLDEST_LAYOUT <= layout <= NEWEST_LAYOUT:
        raise StoreVersionUnknown(
            f"the database has layout {text[:20]}, this program knows layouts {OLDEST_LAYOUT} to "
            f"{NEWEST_LAYOUT}: use the version of the program that wrote it, or a newer one"
        )
    return layout


def bring_forward(connection: Connection, layout: int) -> None:
    """Take the steps from `layout` to the newest, in the caller's transaction."""
    for step in STEPS[layout - OLDEST_LAYOUT :]:
        step(connection)
