"""The state of all logs, made anew with other branches: a part in each tick, then written and taken.

One is under way at a time. Meanwhile the node goes on with the old state; does that become another one, the
new one counts no more. Which branches are kept is decided in `node.engine.replication.branches`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.state import Waiting
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, branch_documents, branches_of, load_branches
from node.engine.core import Core
from node.engine.reading import load_state
from node.engine.remaking import Remaking
from node.engine.tick import Tick
from node.store import DocumentKind, Write


@dataclass(slots=True, kw_only=True)
class _Made:
    """A state with other branches on its way, and what is written when it takes the place of the old one."""

    remaking: Remaking
    write: Write
    before: Validator
    """The old one. Is it another by then, this counts no more."""
    wait: Waiting | None
    added: Branch | None
    is_ready: bool = False
    is_written: bool = False


class Making:
    """Makes the state anew, and lets it take the place of the old one."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._made: _Made | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a state is being made."""
        return self._made is not None

    def begin(
        self,
        tick: Tick,
        *,
        dropped: Sequence[Branch],
        added: Branch | None = None,
        wait: Waiting | None = None,
    ) -> None:
        """Begin to make the state anew, without some of the branches and with another, for which the log that
        `wait` names waits."""
        core = self._core
        left = [each for each in load_branches(core.store) if each not in dropped]
        parts = [part for each in left for part in each.parts]
        parts += () if added is None else added.parts
        remaking = Remaking(
            core.validator.founding, core.store, core.validator.coops, branches_of(parts)
        )
        made = _Made(
            remaking=remaking,
            write=_written(dropped, added, created=tick.now_ms // 1000),
            before=core.validator,
            wait=wait,
            added=added,
        )
        made.is_ready = remaking.go_on(core.applied_bytes)
        self._made = made
        self.write_made(tick)

    def write_made(self, tick: Tick) -> Waiting | None:
        """Once the state is made, write down what it is made with. When it counts no more: what is to be
        fetched again."""
        made = self._made
        if made is None:
            return None
        if made.before is not self._core.validator:
            # Another part has made it anew meanwhile; what is missing then is fetched again.
            self._made = None
            return made.wait
        if made.is_ready:
            tick.changes.append(made.write)
            made.is_written = True
            if made.added is not None:
                values = {"coop": made.added.coop, "length": made.added.tip.length}
                tick.notice("branch_kept", **values)
        return None

    def committed(self) -> bool:
        """What this tick wrote is durable: go on with the new state, or let it take the place of the old.
        Whether one was under way."""
        core, made = self._core, self._made
        if made is None:
            return False
        if not made.is_written:
            made.is_ready = made.remaking.go_on(core.applied_bytes)
            return True
        self._made = None
        made.remaking.go_on(None)
        if made.remaking.is_whole:
            core.validator = made.remaking.validator
        else:
            founding, coops = core.validator.founding, core.validator.coops
            core.validator = load_state(founding, core.store, coops).validator
        return True


def _written(dropped: Sequence[Branch], added: Branch | None, *, created: int) -> Write:
    """What is changed in the store."""
    documents = [] if added is None else branch_documents(added, created=created)
    kept = {document.id for document in documents}
    old = [document.id for each in dropped for document in branch_documents(each, created=0)]
    return Write(
        documents=documents,
        dropped_documents=[(DocumentKind.BRANCH, id_) for id_ in old if id_ not in kept],
    )
