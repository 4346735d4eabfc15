"""A process that brings a database forward and stops before the last step is done, until it is killed.

`python -m tests.node.store.forward_process ADDRESS`. The last step is one of its own: it changes a
table, says so, and waits.
"""

import sys

from sqlalchemy import Connection

from node.store import layouts
from node.store.sql import SqlStore


def _change_and_wait(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM memos")
    connection.exec_driver_sql("ALTER TABLE witnessed ADD COLUMN doubted BIGINT")
    sys.stdout.write("all steps but the last are taken\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    layouts.STEPS = (*layouts.STEPS, _change_and_wait)
    SqlStore(sys.argv[1])
