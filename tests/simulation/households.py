"""The life of tills and joint accounts in a simulated coop, beside its assembly and by its own randomness."""

from collections.abc import Mapping, Sequence
from typing import Final

from tests.simulation import tills
from tests.simulation.assemblies import Assembly, Made
from tests.simulation.deeds import Deed
from tests.simulation.hands import Hand
from tests.simulation.misdeeds import Misdeed
from tests.simulation.misdeeds_of_tills import MISDEEDS_OF_TILLS

DEEDS: Final[dict[Deed, int]] = {
    tills.till_pays: 30,
    tills.delegate: 10,
    tills.revoke: 3,
    tills.share: 4,
    tills.change_owners: 2,
}


class Households(Assembly):
    """Those of one coop: nobody there mends an office or adopts bylaws."""

    name = "households"
    cheating = 0.3
    weights: Mapping[Deed, int] = DEEDS
    misdeeds: Sequence[Misdeed] = MISDEEDS_OF_TILLS

    def _draw_at(self, hand: Hand) -> Made:
        return self._draw_any(hand) if self._sim.members.spending else None
