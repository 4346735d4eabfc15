"""Is the database file itself sound? For SQLite its own thorough check; other databases look after theirs.

It finds damage that no log shows, such as a torn index. It reads only.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

PREFIX = "sqlite:///"


def database_problem(address: str) -> str | None:
    """What SQLite finds wrong with the file at `sqlite:///path`, in one line, or None."""
    if not address.startswith(PREFIX):
        return None
    path = Path(address.removeprefix(PREFIX))
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
        try:
            rows = connection.execute("PRAGMA integrity_check(3)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return f"the database can't be checked: {error}"
    problems = [str(row[0]) for row in rows if row[0] != "ok"]
    return f"the database is damaged: {'; '.join(problems)}" if problems else None
