"""A process that commits without end and says so after each commit, until it is killed.

`python -m tests.node.store.writer_process ADDRESS` goes on where the store ends. Each commit also notes
the log's length under "length", so that the test can see whether both were written together.
"""

import sys

from node.store import Write
from node.store.sql import SqlStore
from tests.node.store.logs import Log


def main(address: str) -> None:
    log = Log(7)
    with SqlStore(address) as store:
        length, _ = store.logs().get(7, (0, b""))
        if length:
            log.grow(length)
        while True:
            segment = log.grow(1 + log.length % 7)
            store.commit(Write(segments=[segment], meta={"length": b"%d" % segment.last}))
            sys.stdout.write(f"{segment.last}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
