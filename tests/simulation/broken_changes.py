"""Engines that are wrong about changes of the charter and about forks, each in one way: the simulation must
catch every one of them."""

from typing import Any

from node.engine.engine import Engine
from node.engine.outbox import Outbox
from node.engine.tick import Tick
from node.engine.wire import WitnessAnswer
from node.engine.wire_decisions import read_choice
from node.store import Witnessed
from tests.simulation.broken import bend


class LeavesBranchesOut(Engine):
    """Holds one history of a log that has forked, and asks for no other."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._branches, run=lambda tick: None)


class KeepsWhatAnOldKeySigned(Engine):
    """Goes on from what a key signed beyond where it counts."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._standing_logs, _cut_replaced=lambda tick, coop: False)


class TrimsNothing(Engine):
    """Keeps of a history that does not stand what no log has anchored, too."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._standing_logs, _trim=lambda coop: None)


class CountsNoLoss(Engine):
    """Tells nobody what was credited from a history that does not stand."""

    def tick(self, *args: Any, **more: Any) -> Outbox:
        """Whenever the state was made anew, it is bent anew."""
        outbox = super().tick(*args, **more)
        bend(self._core.validator, fork_loss=lambda coop, *, other, branch=0: 0)
        return outbox


class FollowsOthers(Engine):
    """Stands for a change of the charter because others do, whatever its own people want."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        part: Any = self._decisions.part(self._charter)
        endorsed = part._endorsed

        def follow(tick: Any) -> Any:
            others = [read_choice(one.choice) for one in part.agreement.rounds.newest_supports()]
            return others[:1] or endorsed(tick)

        bend(part, _endorsed=follow)


class PaysNoAttentionToPrints(Engine):
    """Takes in no decision about the index before its own log has let its coop in."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        part: Any = self._decisions.part(self._index)
        run = part.run

        def run_later(tick: Any, own: Any) -> None:
            if self._core.coop in self._core.charter.coops:
                run(tick, own)

        bend(part, run=run_later)


class AccusesNobody(Engine):
    """Keeps no evidence, so it goes on with a coop whatever that one has signed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        bend(self._core, accuse=lambda tick, evidence: None)


class WitnessesWhatItDoesNotHold(AccusesNobody):
    """Signs as a witness whatever head it is asked to, though it may hold another history.

    Where a fork is noticed, almost none of these signatures comes in time to do harm; so it notices none.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        core, anchors = self._core, self._anchors

        def witness_all(tick: Tick) -> None:
            asked, anchors._asked = anchors._asked, {}
            for (peer, coop), signed in asked.items():
                if core.is_signing and coop in core.partners:
                    saved = tick.witnessed.get(coop) or core.store.witnessed(coop)
                    if saved is None or saved.length < signed.length:
                        new = Witnessed(coop=coop, length=signed.length, head=signed.head)
                        tick.witnessed[coop] = new
                    tick.send(peer, WitnessAnswer(core.signer.witness(signed)).encode())

        bend(anchors, answer_requests=witness_all)
