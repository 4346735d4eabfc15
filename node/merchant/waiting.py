"""Waiting for news of invoices: whoever follows an invoice or an account gets a queue of its own.

Queues are bounded, and so is their number. A follower who is too slow for its queue is let go, and
connects again: what it then reads is the present state, so nothing is missed.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from node.merchant.context import News
from node.runner.inbox import RunnerBusy
from node.runner.runner import Runner

_QUEUED: Final = 256

Subject = tuple[str, str | int]


def of_invoice(id_: str) -> Subject:
    """Everything about one invoice."""
    return ("invoice", id_)


def of_account(account: int) -> Subject:
    """Everything about the invoices of one account."""
    return ("account", account)


class Waiting:
    """Hands out the engine's news. `most` may follow at a time."""

    def __init__(self, runner: Runner, *, most: int) -> None:
        self._most = most
        self._count = 0
        self._is_stopped = False
        self._feeds: dict[Subject, set[asyncio.Queue[News | None]]] = {}
        runner.on_news(News, self._hear)

    @contextmanager
    def follow(self, subject: Subject) -> Iterator["asyncio.Queue[News | None]"]:
        """A queue of what happens to `subject` from now on; None in it: there will be no more.

        Raises `RunnerBusy` when too many follow already.
        """
        if self._count >= self._most:
            raise RunnerBusy("too many requests wait for invoices")
        feed: asyncio.Queue[News | None] = asyncio.Queue(_QUEUED)
        feeds = self._feeds.setdefault(subject, set())
        feeds.add(feed)
        self._count += 1
        if self._is_stopped:
            feed.put_nowait(None)
        try:
            yield feed
        finally:
            self._count -= 1
            feeds.discard(feed)
            if not feeds:
                self._feeds.pop(subject, None)

    def stop(self) -> None:
        """Let everybody go."""
        self._is_stopped = True
        for feeds in self._feeds.values():
            for feed in feeds:
                _put(feed, None)

    def _hear(self, news: Sequence[News]) -> None:
        for item in news:
            for subject in (of_invoice(item.invoice), of_account(item.account)):
                for feed in self._feeds.get(subject, ()):
                    _put(feed, item)


def _put(feed: "asyncio.Queue[News | None]", item: News | None) -> None:
    if feed.full():
        while not feed.empty():
            feed.get_nowait()
        item = None
    feed.put_nowait(item)
