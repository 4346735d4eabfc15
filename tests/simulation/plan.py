"""What a seed stands for: the federation, its faults and its culprit, drawn once before a run begins.

A plan is plain data, so a trace can begin with it and a test can change one field of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Mischief(StrEnum):
    """How the culprit, if there is one, cheats."""

    NONE = "none"
    FORK = "fork"
    """It keeps two histories and shows each to some of the others."""
    INVALID = "invalid"
    """It signs a head over an entry that the rules refuse."""
    GARBAGE = "garbage"
    """It sends mutated, oversized and invented messages, and heads that it can't back."""
    TWO_PRINTS = "two prints"
    """It signs two contents for each print of the index, and sends both about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One simulated history. Times in virtual milliseconds, probabilities from 0 to 1."""

    seed: int
    coops: int
    members: int
    quorum: int
    clearing_limit: int
    mischief: Mischief
    culprit: int
    """The coop that cheats; 0 when none does."""
    trouble_ms: int
    """How long faults go on."""
    lost: float
    """The probability that a message between nodes, or an answer to a member, is lost."""
    doubled: float
    late: float
    """The probability that a message takes up to three seconds instead of milliseconds."""
    storage_fault: float
    """The probability that a durable write fails; half of them keep what they report as lost."""
    kills: int
    link_changes: int
    clock_jumps: int
    restores: int
    """How many nodes are put back to an old copy of their disk, one after the other."""
    closing_shops: int
    """How many accounts are closed just when everybody pays them."""
    snapshot_entries: int
    has_index: bool
    """Whether the charter has an index, prints come out, and some payments are at a price."""

    @property
    def is_indexed(self) -> bool:
        """Whether there is an index that the honest coops can certify without the culprit."""
        honest = self.coops - (self.culprit > 0)
        return self.has_index and honest >= self.coops // 2 + 1


def draw_plan(seed: int) -> Plan:
    """The plan of a seed."""
    random = Random(f"plan {seed}")
    coops = random.choice((2, 3, 3, 3, 4, 4, 5))
    mischief = random.choice(
        (*[Mischief.NONE] * 6, *[Mischief.FORK] * 2, *[Mischief.INVALID] * 2, Mischief.GARBAGE)
    )
    more = Random(f"index {seed}")
    has_index = more.random() < 0.5
    if mischief is Mischief.GARBAGE and more.random() < 0.5:
        mischief, has_index = Mischief.TWO_PRINTS, True
    calm = random.random() < 0.1
    trouble = 0.0 if calm else 1.0
    return Plan(
        seed=seed,
        coops=coops,
        members=random.choice((2, 3, 4)),
        quorum=_draw_quorum(random, coops, mischief),
        clearing_limit=random.choice((3_000, 20_000, 1_000_000)),
        mischief=mischief,
        culprit=0 if mischief is Mischief.NONE else random.randint(1, coops),
        trouble_ms=random.randint(8_000, 20_000),
        lost=trouble * random.choice((0.0, 0.02, 0.2)),
        doubled=trouble * random.choice((0.0, 0.05, 0.3)),
        late=trouble * random.choice((0.0, 0.05, 0.3)),
        storage_fault=trouble * random.choice((0.0, 0.002, 0.01)),
        kills=0 if calm else random.randint(0, 4),
        link_changes=0 if calm else random.randint(0, 8),
        clock_jumps=0 if calm else random.choice((0, 0, 1, 4)),
        restores=0 if calm or mischief is Mischief.FORK else random.choice((0, 0, 1, 2)),
        closing_shops=random.choice((0, 1, 2, 3)),
        snapshot_entries=random.choice((5, 40, 200_000)),
        has_index=has_index,
    )


def _draw_quorum(random: Random, coops: int, mischief: Mischief) -> int:
    """Witnesses for an anchor: none, or as many as are safe and can still be had.

    With one culprit among n coops, two conflicting heads need 2q signatures of n - 2 honest coops,
    which sign once each, and of the culprit, which signs both: safe when 2q > n. That many can be had
    without the culprit when q <= n - 2; so two and three coops can't have both.
    """
    if random.random() < 0.5:
        return 0
    if mischief is Mischief.NONE:
        return random.randint(1, coops - 1)
    safe = [quorum for quorum in range(1, coops - 1) if 2 * quorum > coops]
    if mischief is Mischief.FORK:
        return random.choice([*safe, coops - 1]) if coops > 2 else 0
    return random.choice(safe) if safe else 0
