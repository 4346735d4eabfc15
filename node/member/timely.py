"""Connections whose answers begin in time: a socket's timeout does not stop a head that comes in drops."""

import contextlib
import socket
from collections.abc import Iterator
from threading import Timer
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

HEAD_SECONDS: Final = 60.0
"""So long after a request the head of the answer has to be there."""


class _Http(HTTPConnection):
    def getresponse(self) -> Any:
        """As ever, but the connection is cut when it takes too long."""
        with _cut_in_time(self):
            return super().getresponse()


class _Https(HTTPSConnection):
    def getresponse(self) -> Any:
        """As ever, but the connection is cut when it takes too long."""
        with _cut_in_time(self):
            return super().getresponse()


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


def timely_pool(*, most: int) -> urllib3.PoolManager:
    """A pool of such connections, `most` kept to each node; it tries nothing again by itself."""
    pool = urllib3.PoolManager(retries=False, maxsize=most)
    pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return pool


@contextlib.contextmanager
def _cut_in_time(connection: HTTPConnection) -> Iterator[None]:
    timer = Timer(HEAD_SECONDS, _cut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
