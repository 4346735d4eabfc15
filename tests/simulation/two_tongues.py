"""Coops that are dishonest about decisions: one that says several things in one round, one that says nothing.

What others want is heard on the links, and to it the dishonest coop adds a decision of its own: another
value of a print, another source, a survey with another observation. Its words are truly signed by its key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from ledger.agreement import (
    SUBJECTS,
    Turn,
    decision_body,
    decision_message,
    support_hash,
    support_message,
)
from ledger.decisions import IndexEntry, Observation
from ledger.index.prints import Print
from ledger.index.statistics import median_level
from ledger.index.table import Index
from node.engine.wire import EvidenceNews, Message, decode_message
from node.engine.wire_decisions import Known, Signed, Supported, Told
from node.engine.wire_index import Observed, signed_decision
from tests.index_builders import observation
from tests.node.engine.inside import core_of
from tests.simulation.culprits import Culprit
from tests.simulation.facts import OfficialFacts, SurveyFacts
from tests.simulation.plan import Tongue
from tests.simulation.readings import misread

if TYPE_CHECKING:
    from tests.simulation.nodes import SimNode
    from tests.simulation.simulation import Simulation

_AGAIN_MS = 300
_KEPT_BACK_MS = (1_000, 6_000)
_TOO_HIGH = 7
_SAID_AGAIN = 0.05
_PLACES = 2
"""Of how many of the newest places it speaks."""
_CHOICES = 4
"""Of how many decisions for each."""


@dataclass(slots=True)
class _Heard:
    """What others have said about a place."""

    choices: dict[bytes, Signed] = field(default_factory=dict)
    """By the choice; without signatures."""
    support: defaultdict[tuple[int, bytes], dict[int, bytes]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """By round and choice: the signatures of each."""

    def wanted_by(self, coop: int, round_: int) -> Signed | None:
        """What that coop supports in that round."""
        for (at, choice), signatures in self.support.items():
            if at == round_ and coop in signatures:
                return self.choices[choice]
        return None

    @property
    def highest(self) -> int:
        """The latest round that anybody speaks of."""
        return max((round_ for round_, _ in self.support), default=0)


class Listener(Culprit):
    """Collects what it hears about decisions, and can sign anything about them."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self.heard: defaultdict[int, _Heard] = defaultdict(_Heard)
        self.observed: defaultdict[int, dict[int, Observation]] = defaultdict(dict)

    def hears(self, data: bytes) -> bytes | None:
        """See `Culprit.hears`. Its engine does not hear of the evidence against it."""
        message = decode_message(data, max_bytes=len(data))
        self._listen(message)
        return None if isinstance(message, EvidenceNews) else data

    def _listen(self, message: Message) -> None:
        match message:
            case Told(known=known):
                for part in known:
                    if isinstance(part, Supported | Signed | Observed):
                        self._listen(part)
            case Supported(decided=decided) if decided.turn is not None:
                heard = self.heard[decided.turn.place]
                bare = replace(decided, turn=None, signatures=())
                heard.choices.setdefault(decided.choice, bare)
                said = heard.support[decided.turn.round, decided.choice]
                said.update(pair for pair in decided.signatures if pair[0] != self.coop)
            case Observed(period=week, observations=observations):
                for seen in observations:
                    self.observed[week].setdefault(seen.coop, seen)
            case _:
                return

    def support(self, wanted: Signed, turn: Turn) -> bytes:
        """Its signature in support."""
        content_hash = support_hash(
            decision=wanted.decision, number=wanted.number, content=wanted.content
        )
        message = support_message(
            federation=self.sim.federation.id,
            coop=self.coop,
            subject=SUBJECTS[wanted.decision],
            turn=turn,
            content_hash=content_hash,
        )
        return self.sim.federation.node_keys[self.coop].sign(message)

    def signature(self, wanted: Signed, turn: Turn) -> bytes:
        """Its signature for good."""
        body = decision_body(
            decision=wanted.decision, number=wanted.number, content=wanted.content, turn=turn
        )
        message = decision_message(federation=self.sim.federation.id, coop=self.coop, body=body)
        return self.sim.federation.node_keys[self.coop].sign(message)

    def keep_own_words(self, data: bytes) -> list[bytes]:
        """A message without what its engine said in rounds."""
        message = decode_message(data, max_bytes=len(data))
        match message:
            case Signed() | Supported():
                rest = self._without_own(message)
                return [] if rest is None else [rest.encode()]
            case Told(known=known):
                kept = [self._without_own(part) for part in known]
                return [replace(message, known=tuple(one for one in kept if one)).encode()]
            case _:
                return [data]

    def _without_own(self, known: Known) -> Known | None:
        match known:
            case Supported(decided=decided):
                rest = self._without_own(decided)
                return replace(known, decided=rest) if isinstance(rest, Signed) else None
            case Signed(signatures=signatures):
                others = tuple(pair for pair in signatures if pair[0] != self.coop)
                return replace(known, signatures=others) if others else None
            case _:
                return known


class Silent(Listener):
    """It passes on what others say about decisions, and says nothing itself."""

    def sends(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        """See `Culprit.sends`."""
        kept = self.keep_own_words(data)
        self.world.injected["words kept back"] += kept != [data]
        return kept


class TwoTongued(Listener):
    """It says several things in one round; the plan's `tongue` says to whom and when."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation)
        self._tongue = simulation.plan.tongue
        self._said: set[tuple[int, Turn, bytes]] = set()
        self.world.after(_AGAIN_MS, self._speak)

    def sends(self, node: SimNode, peer: int, data: bytes) -> list[bytes]:
        """What it keeps back its engine must not say."""
        return [data] if self._tongue is Tongue.EVERYTHING else self.keep_own_words(data)

    def must_be_accused(self) -> bool:
        """When one has seen both, all must hear of it."""
        engines = [self.sim.nodes[peer].engine for peer in self.peers]
        return any(engine and self.coop in engine.status().accused for engine in engines)

    def _speak(self) -> None:
        if self.is_over:
            return
        self.world.after(_AGAIN_MS, self._speak)
        if not self.main.is_up:
            return
        self._make_up()
        for place in sorted(self.heard)[-_PLACES:]:
            heard = self.heard[place]
            wanted = [heard.choices[choice] for choice in sorted(heard.choices)[:_CHOICES]]
            if wanted and self._tongue is Tongue.LATE:
                self._keep_back(place, heard)
            elif wanted:
                self._say(place, heard, wanted)

    def _say(self, place: int, heard: _Heard, wanted: Sequence[Signed]) -> None:
        rounds = {heard.highest, heard.highest + 1, self.world.random.randint(0, heard.highest)}
        for peer in self.peers:
            for round_ in sorted(rounds):
                faces = wanted
                if self._tongue is Tongue.FACES:
                    faces = [heard.wanted_by(peer, round_) or wanted[peer % len(wanted)]]
                for one in faces:
                    self._carry(peer, one, Turn(place, round_))

    def _carry(self, peer: int, wanted: Signed, turn: Turn) -> None:
        """Its support and its signature; now and then once more, for messages get lost."""
        said = (peer, turn, wanted.choice)
        if said in self._said and not self.world.chance(_SAID_AGAIN):
            return
        self._said.add(said)
        self.world.injected["words of two tongues"] += 2
        own = self.coop
        support = replace(wanted, turn=turn, signatures=((own, self.support(wanted, turn)),))
        signed = replace(wanted, turn=turn, signatures=((own, self.signature(wanted, turn)),))
        for message in (Supported(decided=support), signed):
            self.sim.network.carry(self.main, peer, message.encode())

    def _keep_back(self, place: int, heard: _Heard) -> None:
        """Show to one peer, later, each quorum of support that it can complete by its own."""
        quorum = self.sim.plan.index_quorum
        for (round_, choice), others in sorted(heard.support.items()):
            if len(others) < quorum - 1 or not self.world.chance(0.3):
                continue
            wanted, turn = heard.choices[choice], Turn(place, round_)
            signatures = {**others, self.coop: self.support(wanted, turn)}
            polka = replace(wanted, turn=turn, signatures=tuple(sorted(signatures.items())))
            peer = self.world.random.choice(self.peers)
            delay = self.world.random.randint(*_KEPT_BACK_MS)
            self.world.after(delay, partial(self._show, polka, peer))

    def _show(self, polka: Signed, peer: int) -> None:
        """A polka that nobody else knew; with it the signature for good, if that still helps."""
        assert polka.turn is not None
        self.world.injected["quorums of support shown late"] += 1
        wanted = replace(polka, turn=None, signatures=())
        own = (self.coop, self.signature(wanted, polka.turn))
        for message in (Supported(decided=polka), replace(polka, signatures=(own,))):
            self.sim.network.carry(self.main, peer, message.encode())

    def _make_up(self) -> None:
        """A decision of its own for the place that is next somewhere."""
        engine = self.sim.nodes[self.world.random.choice(self.peers)].engine
        if engine is None:
            return
        core = core_of(engine)
        index = core.validator.index(core.coop)
        if index is None:
            return
        heard = self.heard[index.place]
        for entry in self._inventions(index):
            signed = replace(signed_decision(entry), turn=None, signatures=())
            heard.choices.setdefault(signed.choice, signed)

    def _inventions(self, index: Index) -> Iterator[IndexEntry]:
        facts = self.sim.facts
        week = index.due_window.period
        if isinstance(facts, OfficialFacts):
            for entry in facts.entries.values():
                due = (week, len(index.sources) + 1)
                if entry.number in due:
                    yield misread(entry, _TOO_HIGH)
        elif isinstance(facts, SurveyFacts) and facts.is_over(week, self.world.day):
            yield from self._surveys(facts, index, week)

    def _surveys(self, facts: SurveyFacts, index: Index, week: int) -> Iterator[IndexEntry]:
        """Two observations of its own, sent about, and a print with each of them."""
        true = facts.level(self.coop, week)
        for level in (true, true * (100 + _TOO_HIGH) // 100):
            file_hash = sha256(facts.file(self.coop, week)).digest()
            own = observation(self.sim.federation, self.coop, week, level, survey_hash=file_hash)
            peer = self.world.random.choice(self.peers)
            message = Observed(period=week, observations=(own,))
            self.sim.network.carry(self.main, peer, message.encode())
            seen = {**self.observed[week], self.coop: own}
            levels = {coop: one.level for coop, one in seen.items()}
            value = median_level(levels, needed=1, cap=1).level
            new = Print(period=week, value=value, source=index.source_of(week))
            observations = tuple(seen[coop] for coop in sorted(seen))
            yield IndexEntry(decided=new, observations=observations)
