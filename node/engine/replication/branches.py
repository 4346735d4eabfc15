"""Branches: the other histories of a log that has forked, as far as other logs have anchored them.

A log that anchored a history of a forked log which is not held here waits. Then that history is asked for, of
the coop whose log waits and of every other peer in turn, from where it parts from what is held. It is kept
beside the log (`node.engine.branches_kept`), the state of all logs is made anew with it
(`node.engine.replication.making`), and replication goes on.

Rules: only of a coop that may have forked (there is evidence, or peers know a newer charter, by which it was
readmitted or has another key), only what a log waits for, under a signed head; bounded in bytes, and no more
branches of a log than there are other coops. What goes on from the log is no branch of it: replication brings
that, and a branch that is all in the log is dropped.
"""

from dataclasses import dataclass, field
from typing import Final

from ledger.chain import extend_all, is_signed_by
from ledger.codec import split
from ledger.errors import EncodingError
from ledger.state import Waiting
from node.engine.branches_kept import Branch, load_branches
from node.engine.core import Core
from node.engine.costs import CHAIN, SIGNATURE, reading
from node.engine.reading import continue_branch
from node.engine.replication.held import is_signed_now
from node.engine.replication.making import Making
from node.engine.replication.replicas import Replicas
from node.engine.replication.serving import read_for_peers
from node.engine.tick import Tick
from node.engine.wire import BranchEntries, Entries, GetBranch
from node.errors import PeerFault

MOST_SLOWER: Final = 6
"""How often the time for an answer doubles, when no peer has one that fits."""
MOST_LEFT: Final = 2
"""How often what goes on from the log is left to replication, before it is kept as a branch all the same."""
FIRST_STEP: Final = 16
"""How far before the wanted head the first question begins; eight times as far each time it was too late."""


@dataclass(slots=True)
class _Fetch:
    """A branch on its way: its parts so far, and the question that is under way."""

    step: int = FIRST_STEP
    parts: list[Entries] = field(default_factory=list)
    first: int = 0
    peer: int = 0
    deadline_ms: int = 0
    failed: int = 0
    """How many questions had no answer, or none that fits."""
    left: int = 0
    """How often the answer went on from the log, and was left to replication."""


class Branches:
    """Asks for branches, keeps them, and gives them to peers."""

    def __init__(self, core: Core, replicas: Replicas) -> None:
        self._core = core
        self._replicas = replicas
        self._takers: set[int] = set()
        self._fetches: dict[Waiting, _Fetch] = {}
        self._making = Making(core)
        self._whole: list[tuple[Waiting, Branch]] = []
        """What was fetched and is still to be kept: one in each tick, compared with all that are held."""
        self._kept: set[Waiting] = set()
        """What was fetched. Who still waits for that waits for something that the rules refuse."""
        self._lengths: dict[int, int] = {}
        """How long all logs were together when the branches of that coop were last continued."""
        self._looked: dict[int, bytes] = {}
        """The head of each forked log when its branches were last compared with it."""

    def peer_up(self, peer: int, *, agrees: bool) -> None:
        """Only links of version 3 know the messages about branches."""
        self._takers.discard(peer)
        if agrees:
            self._takers.add(peer)

    def peer_down(self, peer: int) -> None:
        """A question to it is lost."""
        self._takers.discard(peer)
        for fetch in self._fetches.values():
            if fetch.peer == peer:
                fetch.deadline_ms = 0

    # What peers ask for.

    def serve(self, tick: Tick, peer: int, message: GetBranch) -> None:
        """Send entries of the branch that has the head which the peer names, if it is held here."""
        core = self._core
        served = tick.served_bytes.get(peer, 0)
        if served >= core.settings.served_bytes or not core.work.may_go_on(peer):
            return
        found = self._find(peer, message)
        if found is not None and len(found.entries) <= core.settings.entries_bytes:
            size = max(len(found.entries), core.settings.served_bytes // 64)
            tick.served_bytes[peer] = served + size
            core.work.spend(peer, CHAIN + 5 * reading(len(found.entries)))
            tick.send(peer, BranchEntries(message.length, message.head, found).encode())

    def _find(self, peer: int, asked: GetBranch) -> Entries | None:
        core = self._core
        if not core.has_log(asked.coop):
            return None
        if core.validator.head_at(asked.coop, asked.length) is None:
            core.work.spend(peer, CHAIN)
        if core.head_at(asked.coop, asked.length) == asked.head:
            return read_for_peers(core, asked.coop, asked.first)
        for branch in self._held(asked.coop):
            # All of it was read, and is hashed up to there.
            core.work.spend(peer, 5 * reading(branch.size))
            if branch.head_at(asked.length) == asked.head:
                return branch.from_entry(core.store, asked.first)
        return None

    # What this node asks for.

    def run(self, tick: Tick) -> None:
        """Ask for what logs wait for, and forget what none does any more; drop branches that the log has."""
        lost = self._making.write_made(tick)
        if lost is not None:
            self._kept.discard(lost)
        self._drop_contained(tick)
        self._keep_next(tick)
        self._continue()
        wanted = {wait for wait in self._replicas.waiting.values() if self._is_wanted(wait)}
        for over in self._fetches.keys() - wanted:
            del self._fetches[over]
        for wait in sorted(wanted, key=lambda wait: (wait.coop, wait.length, wait.head)):
            fetch = self._fetches.setdefault(wait, _Fetch())
            if fetch.deadline_ms <= tick.steady_ms:
                fetch.failed += fetch.peer in self._takers
                self._ask(tick, wait, fetch)

    def _is_wanted(self, wait: Waiting) -> bool:
        return (
            self._may_have_forked(wait.coop)
            and wait not in self._kept
            and all(wait != each for each, _ in self._whole)
            and not self._replicas.is_held(wait)
        )

    def _continue(self) -> None:
        """Take in more of branches that logs wait for, and that have waited for other logs themselves."""
        core = self._core
        if self._making.is_under_way:
            return  # Then all is made anew.
        for coop in {wait.coop for wait in self._replicas.waiting.values()}:
            numbers = core.validator.branches(coop)[1:]
            length = sum(core.length(each) for each in core.validator.coops) if numbers else 0
            if not numbers or self._lengths.get(coop) == length:
                continue
            self._lengths[coop] = length
            for number, branch in zip(numbers, self._held(coop), strict=False):
                if continue_branch(core.validator, core.store, branch, number):
                    self._replicas.has_more = True

    def _may_have_forked(self, coop: int) -> bool:
        """Whether it is known, or peers may know by what this node has not come to yet."""
        core = self._core
        return core.has_forked(coop) or any(map(core.knows_less_than, core.linked.peers))

    def _ask(self, tick: Tick, wait: Waiting, fetch: _Fetch) -> None:
        able = self._able(wait)
        if not able:
            return
        fetch.peer = able[fetch.failed % len(able)]
        if fetch.parts:
            fetch.first = fetch.parts[-1].signed.length + 1
        else:
            top = min(wait.length, self._core.length(wait.coop) + 1)
            fetch.first = max(1, top - fetch.step)
        slower = 2 ** min(fetch.failed // len(able), MOST_SLOWER)
        fetch.deadline_ms = tick.steady_ms + self._core.settings.request_timeout_ms * slower
        question = GetBranch(coop=wait.coop, first=fetch.first, length=wait.length, head=wait.head)
        tick.send(fetch.peer, question.encode())

    def _able(self, wait: Waiting) -> list[int]:
        """Whom to ask: first those whose logs wait for it, who must have had it."""
        waiting = {log for log, each in self._replicas.waiting.items() if each == wait}
        able = self._takers & self._core.linked.peers
        return sorted(able, key=lambda peer: (peer not in waiting, peer))

    def on_branch(self, tick: Tick, peer: int, message: BranchEntries) -> None:
        """Take in a part of a branch that was asked for; `PeerFault` for what its coop has not signed."""
        part = message.part
        for wait, fetch in self._fetches.items():
            is_asked = (wait.coop, wait.length, wait.head) == (
                part.coop,
                message.length,
                message.head,
            )
            if is_asked and (fetch.peer, fetch.first) == (peer, part.first):
                if self._is_sound(peer, part):
                    self._take(tick, wait, fetch, part)
                return

    def _is_sound(self, peer: int, part: Entries) -> bool:
        """Whether a part is under a head that its coop has signed, with a key that is known here."""
        core = self._core
        core.work.spend(peer, SIGNATURE)
        coop = core.newest.coops.get(part.coop)
        # A branch may go on beyond where another key counts in the one that stands.
        if coop is None or not is_signed_by(part.signed, coop.all_keys, core.newest):
            if core.is_excused(peer):
                return False
            raise PeerFault("a branch that its coop has not signed")
        try:
            entries = split(part.entries)
        except EncodingError as error:
            raise PeerFault(f"a branch that proves nothing: {error}") from error
        is_whole = part.first + len(entries) - 1 == part.signed.length
        if not is_whole or extend_all(part.previous, entries) != part.signed.head:
            raise PeerFault("a branch that does not lead to its signed head")
        return True

    def _take(self, tick: Tick, wait: Waiting, fetch: _Fetch, part: Entries) -> None:
        before = fetch.parts[-1].signed.head if fetch.parts else None
        if before is None:
            before = self._core.head_at(part.coop, part.first - 1)
        if before == part.previous:
            fetch.parts.append(part)
        else:
            fetch.parts.clear()
            fetch.step *= 8
        if self._is_hopeless(wait, fetch, part):
            # Another peer may know better, once this question counts as lost.
            fetch.parts.clear()
            fetch.step = FIRST_STEP
        elif fetch.parts and part.signed.length >= wait.length:
            self._fetched(tick, wait, fetch, Branch(tuple(fetch.parts)))
        else:
            self._ask(tick, wait, fetch)

    def _is_hopeless(self, wait: Waiting, fetch: _Fetch, part: Entries) -> bool:
        """Whether what a peer answers leads nowhere, or to too much."""
        if not fetch.parts:
            return part.first == 1
        if sum(len(each.entries) for each in fetch.parts) > self._core.settings.pending_bytes:
            return True
        head = Branch(tuple(fetch.parts)).head_at(wait.length)
        return part.signed.length >= wait.length and head != wait.head

    def _fetched(self, tick: Tick, wait: Waiting, fetch: _Fetch, branch: Branch) -> None:
        """Keep what was fetched, unless it goes on from the log, under a key that still counts there: then
        replication has time to bring it."""
        is_current = is_signed_now(branch.tip, self._core.newest)
        if is_current and self._goes_on(branch) and fetch.left < MOST_LEFT:
            fetch.left += 1
            fetch.parts.clear()
            fetch.step = FIRST_STEP
            return
        del self._fetches[wait]
        self._whole.append((wait, branch.after(self._shared(branch))))

    def _shared(self, branch: Branch) -> int:
        """Up to which length it is the log that is held."""
        heads = branch.heads()
        least, most = branch.base, min(self._core.length(branch.coop), branch.tip.length - 1)
        while least < most:
            middle = (least + most + 1) // 2
            if heads[middle - branch.base - 1] == self._core.head_at(branch.coop, middle):
                least = middle
            else:
                most = middle - 1
        return least

    def _goes_on(self, branch: Branch) -> bool:
        """Whether it has all of the log that is held, or the log all of it."""
        length = min(self._core.length(branch.coop), branch.tip.length)
        return length == branch.base or branch.head_at(length) == self._core.head_at(
            branch.coop, length
        )

    def _drop_contained(self, tick: Tick) -> None:
        """Drop the branches that the log has grown over: one is no other history than the log."""
        core = self._core
        grown = {
            coop: head
            for coop in core.validator.coops
            if core.validator.branches(coop)[1:]
            and self._looked.get(coop) != (head := core.validator.log(coop).head)
        }
        if not grown or self._making.is_under_way:
            return
        self._looked |= grown
        contained = [
            each
            for each in load_branches(core.store)
            if each.coop in grown and core.head_at(each.coop, each.tip.length) == each.tip.head
        ]
        if contained:
            self._making.begin(tick, dropped=contained)

    def _keep_next(self, tick: Tick) -> None:
        """Keep one of those that were fetched, unless what is held has it by now."""
        if self._making.is_under_way or not self._whole:
            return
        wait, branch = self._whole.pop(0)
        if not self._replicas.is_held(wait):
            self._keep(tick, wait, branch)
        self._replicas.has_more |= bool(self._whole)

    def _keep(self, tick: Tick, wait: Waiting, branch: Branch) -> None:
        """Write it down, in place of a branch that it goes beyond."""
        self._kept.add(wait)
        held = self._held(wait.coop)
        older = [each for each in held if branch.head_at(each.tip.length) == each.tip.head]
        if len(held) - len(older) >= len(self._core.validator.coops) - 1:
            return
        self._making.begin(tick, dropped=older, added=branch, wait=wait)

    def _held(self, coop: int) -> list[Branch]:
        return [each for each in load_branches(self._core.store) if each.coop == coop]

    def committed(self) -> None:
        """What this tick wrote is durable."""
        if self._making.committed():
            self._replicas.has_more = True  # what has waited for it, and the next part

    def wake_at_ms(self) -> int | None:
        """When the first question counts as lost, or a branch can be used."""
        times = (fetch.deadline_ms for fetch in self._fetches.values())
        return min(times, default=None)
