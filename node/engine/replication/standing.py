"""Holding as a coop's log the branch that was decided to stand, and of it what counts.

A node may have held another one, and the one that stands as a branch beside it. Then the two change places:
what others have signed since is continued where they continue it, and the history that does not stand is kept
as a branch, for the logs that once anchored it.

Where a node key was replaced from a length on, what the key before has signed beyond that length can't be
gone on from. It is cut off, and becomes a branch like any other. What nobody has anchored of the log of a
coop that is accused is cut off as well (`node.engine.replication.held`).

Of branches about which all is decided, and of those of who is accused, only what some log has anchored is
kept, so that in the end all nodes hold the same. How the store is written anew for that:
`node.engine.replication.rewriting`.
"""

from dataclasses import dataclass
from typing import Final

from ledger.chain import SignedHead, is_signed_by
from ledger.charter import Charter, Coop
from node.engine.branches_kept import load_branches
from node.engine.core import Core
from node.engine.health.troubles import TroubleKind
from node.engine.reading import load_state
from node.engine.replication.anchored import anchored_heads
from node.engine.replication.held import (
    heads_of,
    is_all_anchored,
    is_signed_now,
    is_stopped,
    length_in_use,
    seen_key,
    taken_in_of,
    void_key,
)
from node.engine.replication.replicas import Replicas
from node.engine.replication.rewriting import change_places, cut_off, replace_branches, trimmed
from node.engine.tick import Tick
from node.store import Store, Write

LOOK_AGAIN_MS: Final = 2_000
"""How soon all logs may be read again, to find what is anchored of who is accused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Entries `first` to `last` are no part of a log any more."""

    coop: int
    first: int
    last: int


class StandingLogs:
    """Lets others' logs be those that stand."""

    def __init__(self, core: Core, replicas: Replicas) -> None:
        self._core = core
        self._replicas = replicas
        self._keys: dict[int, bytes] = {}
        """The node keys for which each log was looked at."""
        self._trimmed: dict[int, frozenset[SignedHead]] = {}
        """The ends of the branches of each coop when they were last looked at."""
        self._stopped: dict[int, tuple[bytes, ...]] = {}
        """The heads of the log of each coop that is accused, and of its branches, when they were last looked
        at."""
        self._look_at_ms = 0

    def run(self, tick: Tick) -> bool:
        """Change places, cut, and drop branches where that is due; whether a log was changed by it, and with
        it the store has dropped all that it derives from logs. Nothing of this tick may be left to be
        written.
        """
        changed = False
        for coop in self._core.newest.coops.values():
            number, stopped = coop.number, is_stopped(self._core, coop.number)
            is_decided = coop.stands is not None or coop.earlier_keys != ()
            if not self._core.has_log(number) or not (is_decided or stopped):
                continue
            if number != self._core.coop:
                place = coop.goes_on_from
                changed |= place is not None and self._let_stand(tick, number, *place)
                changed |= self._cut_replaced(tick, coop)
                changed |= stopped and self._cut_unanchored(tick, number)
            self._trim(number)
        return changed

    def _let_stand(self, tick: Tick, coop: int, length: int, head: bytes) -> bool:
        """Let the log be the history that goes on from there, as was decided."""
        core = self._core
        heads = {
            branch: core.validator.head_at(coop, length, branch=branch)
            for branch in core.validator.branches(coop)
        }
        if heads[0] == head or head not in heads.values():
            return False
        kept = [each for each in load_branches(core.store) if each.coop == coop]
        for branch in kept:
            if branch.head_at(length) == head:
                until = taken_in_of(core.validator, branch)
                change_places(core.store, branch, kept, until=until, created=tick.now_ms // 1000)
                self._begin_anew(coop)
                tick.notice("branch_stands", coop=coop, length=length)
                return True
        return False

    def _cut_replaced(self, tick: Tick, coop: Coop) -> bool:
        """Cut off what an earlier key has signed beyond where it counts. That key is looked at once: what
        comes later is by the present one."""
        core, number = self._core, coop.number
        if not coop.earlier_keys or self._keys.get(number) == coop.node_key:
            return False
        self._keys[number] = coop.node_key
        length, until = core.length(number), coop.earlier_keys[-1].until
        is_beyond = is_beyond_its_key(core.store, coop, core.newest, length)
        if is_beyond:
            cut_off(core.store, number, until, created=tick.now_ms // 1000)
            self._begin_anew(number)
            tick.notice("log_cut", coop=number, first=until + 1, last=length)
        else:
            # Heads that are known by the earlier key count no more.
            self._replicas.begin_anew(number)
        self._void_witnessed(coop, until)
        return is_beyond

    def _void_witnessed(self, coop: Coop, until: int) -> None:
        """What was witnessed of the earlier key's heads beyond `until` binds no more; once for each key."""
        core, number = self._core, coop.number
        if core.store.meta(seen_key(number)) == coop.node_key:
            return
        meta, saved = {seen_key(number): coop.node_key}, core.store.witnessed(number)
        is_beyond = saved is not None and saved.length > until
        if saved is not None and is_beyond and core.head_at(number, saved.length) != saved.head:
            meta[void_key(number)] = saved.head
        core.store.commit(Write(meta=meta))

    def _cut_unanchored(self, tick: Tick, coop: int) -> bool:
        """Cut off what nobody has anchored, and let what goes on from the rest be the log. Each time that the
        log or a branch has changed it is looked at again, and not too often, since that reads all logs."""
        core, heads = self._core, heads_of(self._core.validator, coop)
        if self._stopped.get(coop) == heads or tick.steady_ms < self._look_at_ms:
            return False
        self._stopped[coop] = heads
        length = core.length(coop)
        if not is_all_anchored(core, coop):
            self._look_at_ms = tick.steady_ms + LOOK_AGAIN_MS
            anchored = anchored_heads(core.store, coop)
            end = length_in_use(core, coop, anchored, self._replicas.waiting.values())
            if end < length:
                cut_off(core.store, coop, end, created=tick.now_ms // 1000)
                tick.notice("log_cut", coop=coop, first=end + 1, last=length)
        is_longer = self._go_on(tick, coop, core.store.logs().get(coop, (0, b""))[0])
        if core.store.logs().get(coop, (0, b""))[0] == length and not is_longer:
            return False
        self._begin_anew(coop)
        self._stopped[coop] = heads_of(core.validator, coop)
        return True

    def _go_on(self, tick: Tick, coop: int, length: int) -> bool:
        """Make a branch that goes on from all of the log a part of it; whether there is one."""
        kept = [each for each in load_branches(self._core.store) if each.coop == coop]
        head = self._core.store.head_at(coop, length)
        for branch in kept:
            until = taken_in_of(self._core.validator, branch)
            if length >= until or not is_signed_now(branch.tip, self._core.newest):
                continue
            if length == branch.base or branch.head_at(length) == head:
                more = branch.after(length)
                created = tick.now_ms // 1000
                change_places(self._core.store, more, kept, until=until, created=created)
                return True
        return False

    def _trim(self, coop: int) -> None:
        """Keep of branches only what some log has anchored, once no log waits for more of them."""
        core = self._core
        if not core.validator.branches(coop)[1:]:
            return
        if any(wait.coop == coop for wait in self._replicas.waiting.values()):
            return
        kept = [each for each in load_branches(core.store) if each.coop == coop]
        if self._trimmed.get(coop) == frozenset(each.tip for each in kept):
            return
        left = trimmed(kept, anchored_heads(core.store, coop))
        self._trimmed[coop] = frozenset(each.tip for each in left)
        if left != kept:
            replace_branches(core.store, kept, left)
            core.validator = load_state(
                core.validator.founding, core.store, core.validator.coops
            ).validator
            self._replicas.has_more = True

    def _begin_anew(self, coop: int) -> None:
        core = self._core
        core.validator = load_state(
            core.validator.founding, core.store, core.validator.coops
        ).validator
        self._replicas.begin_anew(coop)
        # What was found damaged may be gone; if it isn't, it is found again.
        core.damaged.pop(coop, None)
        core.troubles.pop((TroubleKind.DAMAGED, coop), None)


def cut_at_start(core: Core, *, created: int) -> list[Cut]:
    """At a start: cut off of logs what an earlier key has signed beyond where it counts; what was cut.

    Of the own log only if this node has the new key.
    """
    cut = []
    for coop in core.newest.coops.values():
        number = coop.number
        if number == core.coop and core.signer.public_key != coop.node_key:
            continue
        length = core.length(number) if core.has_log(number) else 0
        if not is_beyond_its_key(core.store, coop, core.newest, length):
            continue
        until = coop.earlier_keys[-1].until
        cut_off(core.store, number, until, created=created)
        core.signed.pop(number, None)
        signed = core.store.newest_signed_head(number)
        if signed is not None:
            core.signed[number] = signed
        core.old_copy.was_cut |= number == core.coop
        cut.append(Cut(coop=number, first=until + 1, last=length))
    if cut:
        known = core.validator.coops
        core.validator = load_state(core.validator.founding, core.store, known).validator
    return cut


def is_beyond_its_key(store: Store, coop: Coop, charter: Charter, length: int) -> bool:
    """Whether a log of that length has entries that only an earlier key of its coop has signed, beyond where
    that counts."""
    if not coop.earlier_keys or length <= coop.earlier_keys[-1].until:
        return False
    newest = store.newest_signed_head(coop.number)
    if newest is None or newest.length <= coop.earlier_keys[-1].until:
        return True
    return not is_signed_by(newest, [coop.node_key], charter)
