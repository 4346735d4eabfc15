"""What a seed stands for: the federation, its faults and its culprit, drawn once before a run begins.

A plan is plain data, so a trace can begin with it and a test can change one field of it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

LEAST_TO_GOVERN_MS = 14_000
GOVERNED = 0.4
"""So many of the runs; each of them takes nearly twice as long as another."""


NARROW = 0.5
"""How often news goes along a ring only."""
_SEEDS_TO_TRY = 40


class Mischief(StrEnum):
    """How the culprit, if there is one, cheats."""

    NONE = "none"
    FORK = "fork"
    """It keeps two histories and shows each to some of the others."""
    INVALID = "invalid"
    """It signs a head over an entry that the rules refuse."""
    GARBAGE = "garbage"
    """It sends mutated, oversized and invented messages, and heads that it can't back."""
    FLOOD = "flood"
    """It sends more that is true, or might be, than a node can look at; the machines are slow."""
    TWO_TONGUES = "two tongues"
    """It supports and signs several contents in one round, and shows to each what it likes."""
    SILENCE = "silence"
    """It supports and signs nothing; in all else it is honest."""


class Tongue(StrEnum):
    """How a coop speaks that has two tongues."""

    EVERYTHING = "everything"
    """It says everything to everybody, in rounds past, present and to come."""
    FACES = "faces"
    """It tells each of the others what that one wants to hear."""
    LATE = "late"
    """It keeps back what completes a quorum of support, and shows that to one of them rounds later."""


class Indexed(StrEnum):
    """How the value of the unit is decided."""

    NOT = "not"
    """The charter has no index."""
    OFFICIAL = "official"
    """Stewards publish what the statistics office prints; the source changes in the middle."""
    SURVEY = "survey"
    """Each coop publishes what it observed in a week; the median is certified."""


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
    indexed: Indexed
    """With an index, stewards publish, and some payments are at a price."""
    index_quorum: int
    """How many coops must sign a decision; the honest ones can without the culprit."""
    observations_needed: int
    lead_days: int
    tongue: Tongue
    misread: float
    """The probability that a coop's stewards first read something else than what was printed."""
    dies_speaking: float
    """The probability that a node dies just after it has said something in a round."""
    changes: int
    """How many changes of the charter people want that can be wanted at any time."""
    misread_changes: float
    """The probability that a coop's stewards first understand something else by one of these."""
    decision_quorum: int
    """How many coops decide; the honest ones can without the culprit."""
    joins: int
    """How many coops join."""
    lost_keys: int
    """How many nodes lose their key, most of them with their disk."""
    leaves: bool
    """Whether a coop leaves if one can (`leaver`), which settles first."""
    readmits: bool
    """Whether people readmit a culprit against whom there is evidence."""
    days: int
    """How many days pass in the time of trouble: then the calendar leaps, now and then."""
    governs: bool = False
    """Whether coops adopt bylaws, vote, elect stewards, recover keys, and somebody in them cheats."""

    @property
    def is_narrow(self) -> bool:
        """Whether news goes along a ring only, so that all depend on others to pass it on."""
        return self.coops > 3 and Random(f"narrow {self.seed}").random() < NARROW

    @property
    def withholder(self) -> int:
        """The coop whose node passes on nothing of others, 0 if none does: where others have it for sure."""
        is_free = self.mischief is Mischief.NONE and not self.restores and not self.lost_keys
        return 2 if self.is_narrow and is_free else 0

    @property
    def latest_admission_ms(self) -> int:
        """When the last members are admitted: early where they have much to decide."""
        return 1_500 if self.governs else 6_000

    @property
    def leaver(self) -> int:
        """The coop that leaves, 0 if none does: the last that joined, or the last founder if it need not
        publish.

        Not where somebody forks: what a log loses by that and nobody lists stays with its commons, which
        can't settle.
        """
        if not self.leaves or self.mischief is Mischief.FORK:
            return 0
        if self.joins:
            return self.coops + self.joins
        is_free = self.indexed is Indexed.NOT and self.culprit == 0 and self.coops > 2
        return self.coops if is_free else 0

    @property
    def signs_twice(self) -> bool:
        """Whether the culprit may sign two contents in one round."""
        return self.mischief in (Mischief.FORK, Mischief.TWO_TONGUES)

    @property
    def may_disagree(self) -> bool:
        """Whether honest coops may want different decisions for one place.

        Where they do, and a coop signs twice, two of them can be certified unless the quorum is more than
        (n + 1) / 2.
        """
        return 2 * self.index_quorum > self.coops + self.signs_twice

    @property
    def is_calm(self) -> bool:
        """Whether nothing goes wrong and nobody cheats."""
        chances = (
            self.lost,
            self.doubled,
            self.late,
            self.storage_fault,
            self.misread,
            self.dies_speaking,
            self.misread_changes,
        )
        events = (
            self.kills,
            self.link_changes,
            self.clock_jumps,
            self.restores,
            self.lost_keys,
        )
        return not (any(chances) or any(events) or self.culprit)


def seeds_from(first: int) -> tuple[int, ...]:
    """Seeds among which one shows what is wrong: the one that does so by now, then others, as that changes
    with what runs do."""
    return (first, *range(_SEEDS_TO_TRY))


def draw_plan(seed: int) -> Plan:
    """The plan of a seed."""
    return with_government(_draw_plan(seed))


def _draw_plan(seed: int) -> Plan:
    """All of it but whether coops govern themselves."""
    random = Random(f"plan {seed}")
    coops = random.choice((2, 3, 3, 3, 4, 4, 5))
    mischief = random.choice(
        (*[Mischief.NONE] * 6, *[Mischief.FORK] * 2, *[Mischief.INVALID] * 2, Mischief.GARBAGE)
    )
    more = Random(f"index {seed}")
    if coops > 2 and mischief is Mischief.GARBAGE and more.random() < 0.5:
        mischief = Mischief.TWO_TONGUES
    words = Random(f"words {seed}")
    if coops > 2 and mischief is Mischief.NONE and words.random() < 0.4:
        mischief = words.choice((Mischief.TWO_TONGUES, Mischief.TWO_TONGUES, Mischief.SILENCE))
    if coops > 2 and mischief is Mischief.NONE and Random(f"flood {seed}").random() < 0.15:
        mischief = Mischief.FLOOD
    indexed = more.choice((Indexed.NOT, Indexed.NOT, Indexed.OFFICIAL, Indexed.SURVEY))
    calm = random.random() < 0.1
    trouble = 0.0 if calm else 1.0
    plan = Plan(
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
        indexed=Indexed.NOT,
        index_quorum=0,
        observations_needed=0,
        lead_days=0,
        tongue=words.choice(list(Tongue)),
        misread=0.0,
        changes=words.choice((0, 0, 1, 3)),
        misread_changes=0.0,
        decision_quorum=0,
        joins=0,
        lost_keys=0,
        leaves=False,
        readmits=False,
        dies_speaking=trouble * words.choice((0.0, 0.0, 0.05, 0.3)),
        days=0,
    )
    return with_changes(with_index(plan, indexed))


def with_government(plan: Plan) -> Plan:
    """The plan, in which two of five federations govern themselves: with members enough, and time."""
    if Random(f"government {plan.seed}").random() >= GOVERNED:
        return plan
    return replace(
        plan,
        governs=True,
        members=max(4, plan.members),
        trouble_ms=max(LEAST_TO_GOVERN_MS, plan.trouble_ms),
    )


def with_changes(plan: Plan) -> Plan:
    """The plan with what may happen to a charter that the honest coops can change without the culprit."""
    random = Random(f"charter {plan.seed}")
    honest = plan.coops - (plan.mischief is not Mischief.NONE)
    least = plan.coops // 2 + 1
    quorum = random.randint(least, max(least, honest))
    plan = replace(
        plan,
        decision_quorum=quorum,
        misread_changes=0.0 if plan.is_calm else random.choice((0.0, 0.3, 0.7)),
        joins=random.choice((0, 0, 1, 1, 2)),
        lost_keys=0 if plan.is_calm else random.choice((0, 0, 1, 2)),
        readmits=random.random() < 0.7,
    )
    plan = replace(plan, leaves=random.random() < 0.5)
    if honest < least:
        return replace(plan, changes=0, joins=0, lost_keys=0, leaves=False, readmits=False)
    if plan.mischief is Mischief.FORK and plan.quorum:
        # Who forgets what it witnessed makes witnesses worthless.
        return replace(plan, lost_keys=0)
    return plan


def plan_for(seed: int, mischief: Mischief, **changes: Any) -> Plan:
    """The plan of a seed with that mischief, and whatever else is changed in it."""
    plan = replace(_draw_plan(seed), mischief=mischief, **changes)
    culprit = 0 if mischief is Mischief.NONE else 1 + seed % plan.coops
    restores = 0 if mischief is Mischief.FORK else plan.restores
    plan = replace(plan, culprit=culprit, restores=restores)
    return replace(with_changes(with_index(plan, plan.indexed)), **changes)


def indexed_plan(seed: int, mischief: Mischief, indexed: Indexed, **changes: Any) -> Plan:
    """The same with an index of that kind."""
    return replace(with_index(plan_for(seed, mischief, **changes), indexed), **changes)


def with_index(plan: Plan, indexed: Indexed) -> Plan:
    """The plan with an index of that kind, or of one that the honest coops can certify alone.

    Two certificates over different contents need 2q - n coops that sign both in one round, of n with a
    quorum of q. Which observations came in time is not the same for all honest coops, nor is what they
    read: so where a coop that signs twice is about, a survey has a quorum for which one such coop is too
    few, and so have prints, or everybody reads them rightly and there is no change of source.
    """
    random = Random(f"{indexed.value} {plan.seed}")
    honest = plan.coops - (plan.mischief is not Mischief.NONE)
    least = plan.coops // 2 + 1
    signs_twice = plan.mischief in (Mischief.FORK, Mischief.TWO_TONGUES)
    if indexed is Indexed.NOT and plan.mischief in (Mischief.TWO_TONGUES, Mischief.SILENCE):
        indexed = random.choice((Indexed.OFFICIAL, Indexed.SURVEY))
    safe = (plan.coops + 1) // 2 + 1 if signs_twice else least
    may_disagree = safe <= honest
    if safe <= honest:
        least = safe
    elif indexed is Indexed.SURVEY:
        indexed = Indexed.OFFICIAL
    if least > honest:
        indexed = Indexed.NOT
    if indexed is Indexed.NOT:
        return replace(
            plan, indexed=indexed, index_quorum=0, observations_needed=0, misread=0.0, days=0
        )
    may_misread = indexed is Indexed.OFFICIAL and may_disagree and not plan.is_calm
    return replace(
        plan,
        indexed=indexed,
        index_quorum=random.randint(least, honest),
        observations_needed=random.randint(1, honest),
        lead_days=random.choice((0, 0, 2)),
        misread=random.choice((0.0, 0.3, 0.7)) if may_misread else 0.0,
        days=random.choice((7, 14, 21)) if indexed is Indexed.SURVEY else random.choice((0, 20)),
    )


def _draw_quorum(random: Random, coops: int, mischief: Mischief) -> int:
    """Witnesses for an anchor: none, or as many as are safe and can still be had.

    The coop that forks is no witness of its own log, so with one culprit among n coops two conflicting heads
    need 2q signatures of n - 1 honest coops, which sign once each: safe when 2q > n - 1. That many can be had
    without the culprit when q <= n - 2; so two and three coops can't have both.
    """
    if random.random() < 0.5:
        return 0
    if mischief is Mischief.NONE:
        return random.randint(1, coops - 1)
    safe = [quorum for quorum in range(1, coops - 1) if 2 * quorum > coops - 1]
    if mischief is Mischief.FORK:
        return random.choice([*safe, coops - 1]) if coops > 2 else 0
    return random.choice(safe) if safe else 0
