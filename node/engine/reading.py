"""Reading a node's store back: its state at a start, and entries for others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ledger.chain import SignedHead
from ledger.codec import split
from ledger.errors import EncodingError, SnapshotError
from ledger.founding import Founding
from ledger.state import Waiting
from ledger.validators.choose import load_validator, new_validator
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, load_kept
from node.engine.wire import Entries
from node.errors import LogDamaged, StorageFault
from node.store import Store


@dataclass(slots=True)
class Loaded:
    """The state of all logs, and which of them were cut because what follows is damaged."""

    validator: Validator
    cut: list[LogDamaged] = field(default_factory=list)


def load_state(founding: Founding, store: Store, known: Iterable[int] = ()) -> Loaded:
    """The state of all logs in the store: from the newest snapshot and what follows it.

    The coops that are `known` have a log in any case, also where no log has taken in yet that they joined.

    A log ends before the first entry that is damaged, and so does one that waits for such; what was stored
    beyond is set aside. Raises `StorageFault` for whole entries that the rules refuse or that wait for what
    is not there: the engine never stores such.
    """
    branches, is_whole = load_kept(store)
    # Whoever learns of a branch has to begin anew, and a fork is rare.
    snapshot = None if branches else _from_snapshot(founding, store)
    validator = snapshot or new_validator(founding)
    for coop in known:
        validator.open_log(coop)
    for branch in branches:
        if branch.coop not in validator.coops:
            validator.open_log(branch.coop)
        validator.add_branch(branch.coop)
    loaded = Loaded(validator)
    if not replay_store(validator, store, branches, is_whole=is_whole):
        _cut(loaded, store)
    return loaded


def _empty(founding: Founding, store: Store, branches: Sequence[Branch]) -> Validator:
    """A validator with all logs that the store has, and their branches, before their first entries."""
    validator = new_validator(founding)
    for coop in store.logs():
        if coop not in validator.coops:
            validator.open_log(coop)
    for branch in branches:
        validator.add_branch(branch.coop)
    return validator


def _cut(loaded: Loaded, store: Store) -> None:
    lengths = {coop: length for coop, (length, _) in store.logs().items()}
    for coop in loaded.validator.coops:
        length, stored = loaded.validator.log(coop).length, lengths.get(coop, 0)
        if length < stored:
            store.set_aside(coop, length)
            loaded.cut.append(LogDamaged(coop=coop, first=length + 1, last=stored))


def _from_snapshot(founding: Founding, store: Store) -> Validator | None:
    snapshot = store.newest_snapshot()
    if snapshot is None:
        return None
    try:
        validator = load_validator(founding, snapshot.state)
    except SnapshotError:
        return None  # the logs are the truth; a snapshot only saves time
    for coop in validator.coops:
        log = validator.log(coop)
        if validator.branches(coop)[1:]:
            return None  # it has branches that are not kept any more
        if log.length > 0 and _head_at(store, coop, log.length) != log.head:
            return None
    return validator


def _head_at(store: Store, coop: int, length: int) -> bytes | None:
    """The head at `length`. Snapshots are taken between segments, so that what follows need not be whole."""
    found = store.stored(coop, length)
    if found is not None and found[0].last == length:
        return found[0].head
    try:
        return store.head_at(coop, length)
    except LogDamaged:
        return None


def replay_store(
    validator: Validator, store: Store, branches: Sequence[Branch] = (), *, is_whole: bool = True
) -> bool:
    """Apply all entries that the store has beyond the validator's state; False when some are damaged.

    Logs wait for each other where one anchors another, so they are taken in turn.
    """
    tails: dict[tuple[int, int], _Tail] = _tails_of_branches(validator, store, branches)
    while True:
        # A log may take in that a coop has joined, which then has a log as well.
        new = [coop for coop in validator.coops if (coop, 0) not in tails]
        tails |= {(coop, 0): _Tail(validator, store, coop) for coop in new}
        waiting = [tail for tail in tails.values() if not tail.is_over]
        if not waiting:
            break
        progress = False
        for tail in waiting:
            progress |= tail.replay()
        if progress:
            continue
        coops = sorted(tail.coop for tail in waiting if tail.branch == 0)
        if not coops or not is_whole or any(tail.is_damaged for tail in tails.values()):
            return not coops and not any(tail.is_damaged for tail in tails.values())
        raise StorageFault(f"the logs of coops {coops} wait for entries not held")
    return not any(tail.is_damaged for tail in tails.values())


def _tails_of_branches(
    validator: Validator, store: Store, branches: Sequence[Branch]
) -> dict[tuple[int, int], "_Tail"]:
    tails: dict[tuple[int, int], _Tail] = {}
    for branch in branches:
        number = 1 + sum(coop == branch.coop for coop, _ in tails)
        tails[branch.coop, number] = _Tail(validator, store, branch.coop, number, branch)
    return tails


def continue_branch(validator: Validator, store: Store, branch: Branch, number: int) -> bool:
    """Apply what follows of the branch with that number, which has waited for other logs; whether it grew."""
    coop, before = branch.coop, validator.log(branch.coop, branch=number).length
    left = b""
    for segment in branch.segments(store):
        if segment.last > before:
            left += b"".join(split(segment.entries)[max(0, before + 1 - segment.first) :])
    while left:
        result = validator.replay(coop, left, branch=number)
        left = left[result.consumed :]
        waiting = result.waiting
        if result.refusal is not None or (waiting and not recall(validator, store, waiting)):
            break
    return validator.log(coop, branch=number).length > before


def recall(validator: Validator, store: Store, waiting: Waiting) -> bool:
    """Give the validator a head that all others have left behind, if that is what is waited for."""
    coop, length = waiting.coop, waiting.length
    is_left = length <= validator.log(coop).length
    if not is_left or validator.head_at(coop, length) is not None:
        return False
    if _head_at(store, coop, length) != waiting.head:
        return False
    validator.recall_head(coop, length, waiting.head)
    return True


class _Tail:
    """What the store has of a log beyond the validator's state, on its way in."""

    def __init__(
        self,
        validator: Validator,
        store: Store,
        coop: int,
        branch: int = 0,
        kept: Branch | None = None,
    ) -> None:
        self.coop = coop
        self.branch = branch
        self.is_over = False
        self.is_damaged = False
        self._validator = validator
        self._store = store
        self._segments = (
            store.segments(coop, validator.log(coop).length + 1)
            if kept is None
            else kept.segments(store)
        )
        self._left = b""

    def replay(self) -> bool:
        """Apply what can be applied now; whether the log grew or is at its end."""
        progress = False
        while True:
            if not self._left and not self._take():
                self.is_over = True
                return True
            result = self._validator.replay(self.coop, self._left, branch=self.branch)
            if result.refusal is not None:
                if self.branch:
                    # Nobody honest has anchored more of it than the rules allow.
                    self.is_over = True
                    return True
                number = self._validator.log(self.coop).length + 1
                raise StorageFault(f"entry {number} of coop {self.coop}: {result.refusal.code}")
            progress |= result.count > 0
            self._left = self._left[result.consumed :]
            if result.waiting is not None and not recall(
                self._validator, self._store, result.waiting
            ):
                return progress

    def _take(self) -> bool:
        """The next segment, if it is whole: nothing is applied that does not lead to the stored head."""
        log = self._validator.log(self.coop, branch=self.branch)
        try:
            segment = next(self._segments, None)
            if segment is None:
                return False
            chained = self._validator.chain(self.coop, segment.entries, branch=self.branch)
            is_whole = (segment.first, segment.previous) == (log.length + 1, log.head)
            is_whole &= chained == (segment.count, segment.head)
        except (EncodingError, LogDamaged):
            is_whole = False
        if not is_whole:
            self.is_damaged = True
            return False
        assert segment is not None
        self._left = segment.entries
        return True


def read_entries(
    store: Store, coop: int, first: int, *, max_bytes: int, seams: Sequence[int] = ()
) -> Entries | None:
    """Entries from `first` to a signed head; None when there are none.

    More than `max_bytes`, or beyond the first of the `seams` (lengths, rising), only when no signed head
    comes before.
    """
    seam = next((length for length in seams if length >= first), None)
    best: tuple[int, SignedHead] | None = None
    parts: list[bytes] = []
    size, previous = 0, b""
    for segment in store.segments(coop, first):
        is_over = size + len(segment.entries) > max_bytes
        if best is not None and (is_over or (seam is not None and segment.last > seam)):
            break
        previous = previous or segment.previous
        parts.append(segment.entries)
        size += len(segment.entries)
        if segment.signature is not None:
            head = SignedHead(
                coop=coop, length=segment.last, head=segment.head, signature=segment.signature
            )
            best = (len(parts), head)
    if best is None:
        return None
    count, signed = best
    return Entries(first=first, previous=previous, entries=b"".join(parts[:count]), signed=signed)
