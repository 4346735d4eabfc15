"""Memos on their way: kept for accounts of this coop, passed to the payee's home for others.

A memo for another coop is sent again whenever its node is reached anew, until it was sent over a link that
lasted. What waits is kept in memory, bounded: a memo is a courtesy, its payment does not need it.
"""

from collections import Counter
from collections.abc import Sequence

from node.engine.core import Core, Tick
from node.engine.wire import MemoDelivery
from node.errors import PeerFault
from node.store import Memo


class Memos:
    """Takes in and passes on sealed memos."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: dict[tuple[bytes, int, int], Memo] = {}
        self._taken: Counter[int] = Counter()

    def keep(self, tick: Tick, memos: Sequence[Memo]) -> None:
        """Store memos of accounts of this coop with the tick; send the others."""
        for memo in memos:
            if len(memo.sealed) > self._core.settings.memo_bytes:
                continue
            if memo.coop == self._core.coop:
                tick.memos.append(memo)
            elif memo.coop in self._core.others:
                if len(self._waiting) >= self._core.settings.waiting_memos:
                    self._waiting.pop(next(iter(self._waiting)))
                self._waiting[memo.reference, memo.coop, memo.account] = memo
                self._send(tick, memo)

    def peer_up(self, tick: Tick, peer: int) -> None:
        """Send what waits for that peer."""
        for memo in list(self._waiting.values()):
            if memo.coop == peer:
                self._send(tick, memo)

    def _send(self, tick: Tick, memo: Memo) -> None:
        if memo.coop in self._core.peers:
            delivery = MemoDelivery(
                reference=memo.reference, account=memo.account, sealed=memo.sealed
            )
            tick.send(memo.coop, delivery.encode())
            del self._waiting[memo.reference, memo.coop, memo.account]

    def on_delivery(self, tick: Tick, peer: int, message: MemoDelivery) -> None:
        """A memo for an account here.

        A memo belongs to a payment, so since this node started a peer may send as many as its log has
        entries, and some more whose entries are still on their way.
        """
        if len(message.sealed) > self._core.settings.memo_bytes:
            raise PeerFault("a memo over the size limit")
        if self._core.validator.account(self._core.coop, message.account) is None:
            return
        if self._taken[peer] >= self._core.length(peer) + self._core.settings.waiting_memos:
            return
        self._taken[peer] += 1
        tick.memos.append(
            Memo(
                reference=message.reference,
                coop=self._core.coop,
                account=message.account,
                sealed=message.sealed,
            )
        )
