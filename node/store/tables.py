"""The tables of a node's database, as they are today.

The logs are the truth; `history`, `history_upto`, `bookings` and the snapshots can be rebuilt from them;
the rest is small and is lost with the database. A new table, column or meaning is a new layout, and needs a
step in `layouts`: a program refuses a layout that it does not know rather than guess.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

SCHEMA_KEY = "store.schema"

metadata = MetaData()


def _key(name: str) -> Column[int]:
    """A whole number in a primary key that the program, not the database, chooses."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


segments = Table(
    "segments",
    metadata,
    _key("coop"),
    _key("first"),
    _number("count"),
    _bytes("entries"),
    _bytes("previous"),
    _bytes("head"),
    _bytes("signature", nullable=True),
)

# Most segments of one's own log are signed, but while catching up few are: finding the next signed
# head must not read all those between.
Index(
    "segments_signed",
    segments.c.coop,
    segments.c.first,
    sqlite_where=segments.c.signature.is_not(None),
    postgresql_where=segments.c.signature.is_not(None),
)

evidence = Table(
    "evidence",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    _number("coop"),
    Column("kind", String, nullable=False),
    _bytes("data"),
)

witnessed = Table("witnessed", metadata, _key("coop"), _number("length"), _bytes("head"))

# An erased memo keeps its row, without the text: so it can't come back from a peer that still has it.
memos = Table(
    "memos",
    metadata,
    Column("reference", LargeBinary, primary_key=True),
    _key("coop"),
    _key("account"),
    _bytes("sealed", nullable=True),
)

reasons = Table(
    "reasons",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    _bytes("salted_text"),
)

documents = Table(
    "documents",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    _number("created"),
    _bytes("data"),
)

Index("documents_by_age", documents.c.kind, documents.c.created, documents.c.id)

records = Table(
    "records",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("shelf", String, nullable=False),
    _number("created"),
    _number("due", nullable=True),
    _bytes("mark", nullable=True),
    _bytes("data"),
)

Index("records_by_age", records.c.kind, records.c.shelf, records.c.created, records.c.id)

# Most records are never due again: what waits is found among few.
Index(
    "records_due",
    records.c.kind,
    records.c.shelf,
    records.c.due,
    sqlite_where=records.c.due.is_not(None),
    postgresql_where=records.c.due.is_not(None),
)

meta = Table("meta", metadata, Column("key", String, primary_key=True), _bytes("value"))

# A snapshot is whole when its parts, put together after `lengths`, have the SHA-256 `digest`.
snapshots = Table("snapshots", metadata, _key("id"), _bytes("lengths"), _bytes("digest"))

snapshot_parts = Table(
    "snapshot_parts",
    metadata,
    Column(
        "id",
        BigInteger,
        ForeignKey(snapshots.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    _key("part"),
    _bytes("data"),
)

# The primary key is the order in which an account's pages are read.
history = Table(
    "history",
    metadata,
    _key("coop"),
    _key("account"),
    _key("time"),
    _key("log"),
    _key("entry"),
    Column("role", SmallInteger, nullable=False),
    _number("sequence", nullable=True),
    _bytes("digest", nullable=True),
    _number("amount"),
    sqlite_with_rowid=False,
)

Index(
    "history_payments",
    history.c.coop,
    history.c.account,
    history.c.sequence,
    sqlite_where=history.c.sequence.is_not(None),
    postgresql_where=history.c.sequence.is_not(None),
)

# The primary key is the order of an account's statement. How far it covers the own log is a single value.
bookings = Table(
    "bookings",
    metadata,
    _key("account"),
    _key("time"),
    _key("number"),
    _key("part"),
    _number("amount"),
    _number("balance"),
    Column("role", SmallInteger, nullable=True),
    _number("log"),
    _number("entry"),
    _number("paid"),
    Column("cause", String, nullable=False),
    _number("other", nullable=True),
    sqlite_with_rowid=False,
)

history_upto = Table("history_upto", metadata, _key("coop"), _number("length"))
"""How far the history index covers each log."""
