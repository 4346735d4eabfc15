"""The plays that `fiado demo` can give: acts in their order, and what is told of them at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cli.demo.acts import currency, forks, joining, keys, leaving, limits, prints, trade
from cli.demo.assembly import (
    admission,
    appeal,
    bylaws,
    election,
    guarantees,
    levy,
    minutes,
    quorum,
    recovery,
)
from cli.demo.moving import arriving, erasing, importing, sharing
from cli.demo.world import World
from cli.shell.language import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Acts by what happens in them."""

    acts: Sequence[tuple[str, Callable[[World], None]]]
    measures: Mapping[str, str] = field(default_factory=dict)
    """What acts have measured, by its name in the result for programs."""


FEDERATION: Final = Play(
    acts=(
        (later("three cooperatives found a federation and trade"), trade.play),
        (later("a fourth cooperative joins from one address"), joining.play),
        (later("a clearing limit is raised"), limits.play),
        (later("a node loses its key and goes on with a new one"), keys.play),
        (later("a print is mistyped and agreed on after correction"), prints.play),
        (later("the currency loses three zeros"), currency.play),
        (later("a cooperative forks its log, and the others trade on"), forks.play),
        (later("the branch is decided and the cooperative readmitted"), forks.mend),
        (later("a cooperative leaves"), leaving.play),
    ),
    measures={"seconds_to_join": "join", "seconds_cut_off_after_fork": "cut off"},
)

ASSEMBLY: Final = Play(
    acts=(
        (later("the founders adopt bylaws"), bylaws.play),
        (later("members elect their stewards"), election.play),
        (later("a member is admitted with a first limit"), admission.play),
        (later("a limit is contested and overturned by vote"), appeal.play),
        (later("at the second call few voters decide"), quorum.play),
        (later("a debtor leaves, and guarantors and the commons pay"), guarantees.play),
        (later("a telephone is lost and recovered while a thief objects"), recovery.play),
        (later("a levy is voted and collected"), levy.play),
        (later("the minutes are printed"), minutes.play),
    )
)

MOVING_IN: Final = Play(
    acts=(
        (later("two cooperatives found a federation"), importing.found),
        (later("a dry run says what an export would do"), importing.look),
        (later("a community of 300 moves in with its balances"), importing.move_in),
        (later("members take over their accounts and agree"), arriving.play),
        (later("two treasurers pay together from two wallets"), sharing.treasurers),
        (later("a till pays within its caps and is lost"), sharing.till),
        (later("a standing order pays three times"), sharing.standing_order),
        (later("a name is erased, and no log has one"), erasing.play),
    )
)
