"""The extensions of one engine, together: what each of them adds to a commit, and when one wants a tick.

An extension is called in the order in which the engine was given them, and knows nothing of the others. The
engine knows only the promises of `Extension`.
"""

from collections.abc import Sequence

from node.engine.core import Core
from node.engine.tick import Tick
from node.engine.view import Extension, View


class Extensions:
    """Any number of extensions. Raises `ValueError` for two that keep records of one kind."""

    def __init__(self, parts: Sequence[Extension]) -> None:
        self.parts = tuple(parts)
        kinds = [kind.value for part in self.parts for kind in part.record_kinds]
        if twice := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
            raise ValueError(f"two extensions keep records of one kind: {', '.join(twice)}")

    def start(self, view: View) -> None:
        """See `Extension.start`."""
        for part in self.parts:
            part.start(view)

    def gather(self, core: Core, tick: Tick) -> None:
        """Let each add to the commit; their news goes out with what the tick sends."""
        news: list[object] = []
        for part in self.parts:
            gathered = part.gather(tick.now_ms, tick.segments)
            if gathered is not None:
                tick.changes.append(gathered.write)
                news += gathered.news
                for key in gathered.over:
                    core.troubles.pop(key, None)
                core.troubles |= {trouble.key: trouble for trouble in gathered.troubles}
        tick.outbox.news = news

    def wake_at_ms(self) -> int | None:
        """The first time at which one of them wants a tick though nothing arrives, by the clock."""
        times = [part.wake_at_ms() for part in self.parts]
        return min((at for at in times if at is not None), default=None)
