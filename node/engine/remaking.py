"""Making the state of all logs anew with other branches, in parts, while the node goes on with the old one.

A validator can't be given a branch that begins before where it is; so with another branch all is replayed
(decision 0043). That takes as long as the logs are, and nobody is to wait for it: each tick does a part. What
is stored meanwhile is taken in as well, so in the end the new state has what the old one has.
"""

from collections.abc import Collection, Iterator, Sequence

from ledger.chain import extend_all
from ledger.codec import split
from ledger.errors import EncodingError
from ledger.founding import Founding
from ledger.validators.choose import new_validator
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, log_before
from node.engine.reading import recall
from node.engine.slices import beginning, weight_of
from node.store import Segment, Store


class Remaking:
    """A new state on its way: of the logs in the store, with these branches."""

    def __init__(
        self, founding: Founding, store: Store, coops: Collection[int], branches: Sequence[Branch]
    ) -> None:
        self.validator: Validator = new_validator(founding)
        self._store = store
        self._branches: dict[tuple[int, int], Branch] = {}
        self._over: set[tuple[int, int]] = set()
        """The branches that end before an entry which the rules refuse."""
        self._left: int | None = 0
        for coop in coops:
            self._open(coop)
        for branch in branches:
            self._open(branch.coop)
            self._branches[branch.coop, self.validator.add_branch(branch.coop)] = branch

    def _open(self, coop: int) -> None:
        if coop not in self.validator.coops:
            self.validator.open_log(coop)

    def go_on(self, most: int | None) -> bool:
        """Apply about so much (`node.engine.slices`), or all that can be; whether there is nothing more."""
        self._left, progress = most, True
        while progress and self._has_room():
            progress = False
            for coop, branch in self._places():
                progress |= self._apply(coop, branch)
                if not self._has_room():
                    break
        return self._has_room() and not progress

    @property
    def is_whole(self) -> bool:
        """Whether the logs are as long as in the store: else something there is damaged."""
        held = self.validator
        return all(
            coop in held.coops and held.log(coop).length == length
            for coop, (length, _) in self._store.logs().items()
        )

    def _has_room(self) -> bool:
        return self._left is None or self._left > 0

    def _places(self) -> list[tuple[int, int]]:
        logs = [(coop, 0) for coop in self.validator.coops]
        return logs + [place for place in self._branches if place not in self._over]

    def _apply(self, coop: int, branch: int) -> bool:
        """Apply what comes next of a log or branch; whether it grew."""
        before = self.validator.log(coop, branch=branch).length
        for segment in self._following(coop, branch):
            if not self._is_sound(segment, branch) or not self._apply_segment(segment, branch):
                break
        return self.validator.log(coop, branch=branch).length > before

    def _is_sound(self, segment: Segment, branch: int) -> bool:
        log = self.validator.log(segment.coop, branch=branch)
        try:
            chained = self.validator.chain(segment.coop, segment.entries, branch=branch)
        except EncodingError:
            return False
        is_next = (segment.first, segment.previous) == (log.length + 1, log.head)
        return is_next and chained == (segment.count, segment.head)

    def _apply_segment(self, segment: Segment, branch: int) -> bool:
        """Apply of it what there is room for; whether that was all, and there is room for more."""
        coop, entries = segment.coop, segment.entries
        while entries and self._has_room():
            part = entries if self._left is None else beginning(entries, self._left)[0]
            result = self.validator.replay(coop, part, branch=branch)
            if self._left is not None:
                self._left -= weight_of(part[: result.consumed])
            entries = entries[result.consumed :]
            if result.refusal is not None:
                # Nobody honest has anchored more of a branch than the rules allow.
                self._over.add((coop, branch))
                return False
            if result.waiting and not recall(self.validator, self._store, result.waiting):
                return False
        return self._has_room()

    def _following(self, coop: int, branch: int) -> Iterator[Segment]:
        """What the store has beyond what is applied."""
        first = self.validator.log(coop, branch=branch).length + 1
        if branch == 0:
            return self._store.segments(coop, first)
        return _segments_from(self._store, self._branches[coop, branch], first)


def _segments_from(store: Store, branch: Branch, first: int) -> Iterator[Segment]:
    yield from log_before(store, branch, first)
    for part in branch.parts:
        if part.signed.length < first:
            continue
        entries, count = split(part.entries), max(0, first - part.first)
        yield Segment(
            coop=branch.coop,
            first=part.first + count,
            count=len(entries) - count,
            entries=b"".join(entries[count:]),
            previous=extend_all(part.previous, entries[:count]),
            head=part.signed.head,
            signature=part.signed.signature,
        )
