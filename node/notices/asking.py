"""Whether an address of mail may be asked if it wants to be told: the one mail that nobody has agreed to.

A mailbox is asked once a day at most, whoever gives it and with whatever mark behind a +; one whose owner
said no, never again. One person may have few asked in a day, and all together so many.
"""

from collections.abc import Callable
from typing import Final

from node.merchant.desk import Desk
from node.notices.records import NoticeRecord
from node.notices.refusals import NoticeRefusal, NoticesNotDone
from node.notices.settings import NoticeSettings
from node.notices.targets import Target, address_digest, exact_digest
from node.store import Record

_DAY_MS: Final = 86_400_000
_MOST_LOOKED_AT: Final = 100


class Asking:
    """Counts who was asked, in the transaction of the asking. `now_ms` gives the time of it."""

    def __init__(self, desk: Desk, settings: NoticeSettings, now_ms: Callable[[], int]) -> None:
        self._desk = desk
        self._settings = settings
        self._now_ms = now_ms
        self._asked_ms: list[int] = []

    def check(self, target: Target) -> None:
        """Count that address as asked. Raises `NoticeRefusal` when it may not be asked now."""
        settings, now_ms, digest = self._settings, self._now_ms(), address_digest(target.address)
        self._asked_ms = [each for each in self._asked_ms if each > now_ms - _DAY_MS]
        shelf = target.person.shelf
        lately = [
            row
            for row in self._desk.shelf(NoticeRecord.ASKED, shelf, limit=_MOST_LOOKED_AT)
            if row.created > now_ms - _DAY_MS
        ]
        earlier = self._desk.find(NoticeRecord.ASKED, digest)
        if (
            self._is_blocked(target.address)
            or (earlier is not None and earlier.created > now_ms - settings.confirm_ms)
            or len(lately) >= settings.confirmations_daily_each
            or len(self._asked_ms) >= settings.confirmations_daily
        ):
            # Which of these it is tells nothing about an address that may be somebody else's.
            raise NoticeRefusal(NoticesNotDone.MAIL_ASKED_LATELY, pointer="/address")
        self._asked_ms.append(now_ms)
        record = Record(
            kind=NoticeRecord.ASKED,
            id=digest,
            shelf=shelf,
            created=now_ms,
            data=b"",
            due=now_ms + max(settings.confirm_ms, _DAY_MS),
        )
        (self._desk.add if earlier is None else self._desk.replace)(record)

    def block(self, address: str) -> None:
        """Never ask that mailbox again."""
        if not self._is_blocked(address):
            self._desk.add(
                Record(
                    kind=NoticeRecord.BLOCKED,
                    id=address_digest(address),
                    shelf="",
                    created=self._now_ms(),
                    data=b"",
                )
            )

    def _is_blocked(self, address: str) -> bool:
        # Those of before mailboxes were told apart are known as they were written.
        return any(
            self._desk.find(NoticeRecord.BLOCKED, digest) is not None
            for digest in (address_digest(address), exact_digest(address))
        )
