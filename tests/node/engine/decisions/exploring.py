"""Coops that agree by rounds, under a scheduler that means ill: `Rounds` as it is, all around it made up.

A run is a function of its `Plan`. First everything goes wrong: messages are lost, late and overtake each
other, coops crash before or after they saved, one loses its disk, people change their minds, clocks differ.
Then the faults stop: messages arrive within `DELAY_MS`, and all honest people want the same. Dishonest
coops go on to the end: they say anything in any round, to whom they like, and show what they hold back to one
coop just before it speaks.

After every step no two contents may be certified by what honest coops have signed and dishonest ones could
add, no honest coop may have said two things in one round, and none may have signed without a quorum of
support. In the end every honest coop has the certificate.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Final

from node.engine.decisions.locks import LEGACY_ROUND, without_proof
from node.engine.decisions.rounds import Rounds
from node.engine.decisions.words import Act, Conflict, Hand, Proof, Saved, Saying, Word

BASE_MS: Final = 1_000
MOST_MS: Final = 8_000
DELAY_MS: Final = 60
STEP_MS: Final = 20
CONTENTS: Final = (b"2.5", b"25")
PATIENCE_MS: Final = 120 * MOST_MS
"""How long after the faults every honest coop has to have the certificate."""


class Broken(AssertionError):
    """Something that must never be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A federation, and what happens to it."""

    seed: int = 0
    coops: int
    quorum: int
    dishonest: int = 0
    restores: int = 0
    is_legacy: bool = False
    splits: bool = False
    """Whether dishonest coops, once it is calm, do nothing but keep the honest ones apart."""
    trouble_steps: int = 300


@dataclass(frozen=True, slots=True)
class Say:
    """What coops said in a round for one content, on its way to a coop."""

    saying: Saying
    proof: Proof


@dataclass(frozen=True, slots=True)
class Tell:
    """All that a coop knows, for one that lost its disk."""

    by: int
    known: tuple[Say, ...]


@dataclass(slots=True)
class Place:
    """What a coop's machine has to know; every content is valid, and its quorum is the same."""

    own: int
    coops: frozenset[int]
    least_quorum: int
    place: int = 5

    def quorum(self, choice: bytes) -> int:
        """See `Hand`."""
        return self.least_quorum

    def is_valid(self, choice: bytes) -> bool:
        """See `Hand`."""
        return choice in CONTENTS

    def say(self, saying: Saying, round_: int, choice: bytes) -> bytes:
        """See `Hand`."""
        return b"signed"


Machine = Callable[[Hand, Saved], Rounds]


def as_it_is(hand: Hand, saved: Saved) -> Rounds:
    """The machine of the node."""
    return Rounds(hand, saved, base_ms=BASE_MS, most_ms=MOST_MS)


@dataclass(slots=True)
class Coop:
    """An honest one: its machine, its disk, its people and its clock."""

    hand: Place
    rounds: Rounds
    disk: Saved
    wants: bytes
    offset_ms: int
    certificate: Proof | None = None
    """Once seen it is in the log."""
    is_whole: bool = True
    """Whether its disk has all that it said."""
    asks: set[int] | None = None
    """Who has told, for one that lost its disk and may not speak yet."""


@dataclass
class World:
    """All coops and what is on its way."""

    plan: Plan
    machine: Machine = as_it_is
    now_ms: int = 0
    is_calm: bool = False
    restores: int = 0
    said: dict[tuple[Saying, int, int], bytes] = field(default_factory=dict)
    """What honest coops have saved, and so may have said: by saying, coop and round."""
    mail: list[tuple[int, int, Say | Tell]] = field(default_factory=list)
    """When it arrives, where, and what."""

    def __post_init__(self) -> None:
        self.random = Random(repr(self.plan))
        self.losses = self.random.choice((0.1, 0.5, 0.9))
        self.lies = self.random.choice((0.0, 0.1, 0.5))
        self.signs = self.random.choice((0.0, 0.1, 0.5))
        everybody = frozenset(range(1, self.plan.coops + 1))
        self.dishonest = frozenset(
            self.random.sample(sorted(everybody), self.plan.dishonest)
            if self.plan.dishonest
            else ()
        )
        self.coops: dict[int, Coop] = {}
        for number in sorted(everybody - self.dishonest):
            hand = Place(own=number, coops=everybody, least_quorum=self.plan.quorum)
            disk = self._first_disk(number)
            self.coops[number] = Coop(
                hand=hand,
                rounds=self.machine(hand, disk),
                disk=disk,
                wants=self.random.choice(CONTENTS),
                offset_ms=self.random.randrange(10 * BASE_MS),
            )

    def _first_disk(self, number: int) -> Saved:
        if not self.plan.is_legacy or self.random.random() < 0.3:
            return Saved()
        choice = self.random.choice(CONTENTS)
        self.said[Saying.SIGNATURE, number, LEGACY_ROUND] = choice
        return Saved(lock=without_proof(choice))

    # The run.

    def run(self) -> int:
        """Trouble, then calm until all have the certificate: how many ms that took. Raises `Broken`."""
        self.run_trouble()
        return self._calm_down()

    def run_trouble(self) -> None:
        """Only what goes wrong. Raises `Broken`."""
        for _ in range(self.random.randrange(self.plan.trouble_steps)):
            self.now_ms += self.random.choice((0, STEP_MS, STEP_MS, BASE_MS // 3))
            self._make_trouble()
            self._let_all_act()

    def _calm_down(self) -> int:
        self.is_calm = True
        self.mail.clear()
        wanted = self.random.choice(CONTENTS)
        for coop in self.coops.values():
            coop.wants = wanted
        for one, other in product(self.coops, self.coops):
            if one != other:
                self._tell_all(one, other)
        began_ms = self.now_ms
        while any(coop.rounds.certificate is None for coop in self.coops.values()):
            if self.now_ms > began_ms + PATIENCE_MS:
                raise Broken(f"no certificate after {PATIENCE_MS} ms of calm")
            self.now_ms += STEP_MS
            self._let_all_act()
        return self.now_ms - began_ms

    def _let_all_act(self) -> None:
        for number in self.random.sample(sorted(self.coops), len(self.coops)):
            self._lie_to(number)
            self._deliver_to(number)
            self._step(number)
        self._check()

    # Honest coops.

    def _step(self, number: int) -> None:
        coop = self.coops[number]
        if coop.asks is not None and len(coop.asks) >= self.plan.quorum:
            coop.asks = None
            coop.rounds.go_above()
        acts = coop.rounds.step(
            self.now_ms + coop.offset_ms, [coop.wants], speaks=coop.asks is None
        )
        crashes = not self.is_calm and self.random.random() < 0.03
        if crashes and self.random.random() < 0.5:
            self._restart(number)
            return
        was_certified = coop.certificate is not None
        coop.disk, coop.certificate = coop.rounds.saved(), coop.rounds.certificate
        coop.is_whole = coop.asks is None
        for word in acts:
            if isinstance(word, Word):
                self._save(word)
        if crashes:
            self._restart(number)
        if not crashes or self.random.random() < 0.5:
            self._send(number, acts)
            if coop.certificate is not None and not was_certified:
                self._pass_on(number, Say(Saying.SIGNATURE, coop.certificate))

    def _restart(self, number: int) -> None:
        coop = self.coops[number]
        coop.rounds = self.machine(coop.hand, coop.disk)
        if coop.certificate is not None:
            coop.rounds.hear_certificate(coop.certificate)
        coop.asks = None if coop.is_whole else set()

    def _send(self, number: int, acts: Sequence[Act]) -> None:
        for act in acts:
            if isinstance(act, Word):
                newest = self.coops[number].rounds.newest
                if act.saying is Saying.SUPPORT and newest and newest.choice == act.choice:
                    self._pass_on(number, Say(Saying.SUPPORT, newest))
                signatures = ((act.coop, act.signature),)
                proof = Proof(choice=act.choice, round=act.round, signatures=signatures)
                self._pass_on(number, Say(act.saying, proof))

    def _save(self, word: Word) -> None:
        before = self.said.setdefault((word.saying, word.coop, word.round), word.choice)
        if before != word.choice:
            raise Broken(f"coop {word.coop} says two things in round {word.round}: {word.saying}")
        if word.saying is Saying.SIGNATURE and not self._is_enough(
            Saying.SUPPORT, word.round, word.choice
        ):
            raise Broken(f"coop {word.coop} signs without support in round {word.round}")

    def _pass_on(self, number: int, say: Say) -> None:
        for other in self.coops:
            if other != number:
                self._post(other, say)

    def _post(self, to: int, message: Say | Tell) -> None:
        if self.is_calm:
            self.mail.append((self.now_ms + self.random.randrange(DELAY_MS), to, message))
        elif self.random.random() > self.losses:
            late_ms = self.random.choice((0, DELAY_MS, BASE_MS, 5 * BASE_MS))
            self.mail.append((self.now_ms + late_ms, to, message))

    def _deliver_to(self, number: int) -> None:
        here = [one for one in self.mail if one[1] == number and (one[0] <= self.now_ms)]
        self.mail = [one for one in self.mail if one[1] != number or one[0] > self.now_ms]
        for _, _, message in here:
            self._hear(number, message)

    def _hear(self, number: int, message: Say | Tell) -> None:
        coop = self.coops[number]
        if isinstance(message, Say):
            self._hear_said(number, message)
            return
        for say in message.known:
            self._hear_said(number, say)
        if coop.asks is not None:
            coop.asks.add(message.by)

    def _hear_said(self, number: int, say: Say) -> None:
        """As a node does: a quorum as a whole, words one by one; what is new is passed on."""
        rounds, proof = self.coops[number].rounds, say.proof
        is_whole = (
            rounds.is_polka_news(proof)
            if say.saying is Saying.SUPPORT
            else rounds.certificate is None and rounds.is_quorum(proof)
        )
        new = [word for word in words(say) if rounds.is_news(word) and self._counts(rounds, word)]
        if is_whole and say.saying is Saying.SUPPORT:
            rounds.hear_polka(proof)
        elif is_whole:
            rounds.hear_certificate(proof)
        if is_whole or new:
            told = proof.signatures if is_whole else tuple((w.coop, w.signature) for w in new)
            signed = Proof(choice=proof.choice, round=proof.round, signatures=told)
            self._pass_on(number, Say(say.saying, signed))

    def _counts(self, rounds: Rounds, word: Word) -> bool:
        conflict: Conflict | None = rounds.hear(word)
        if conflict is not None and word.coop not in self.dishonest:
            raise Broken(f"coop {word.coop} is accused for round {word.round}")
        return conflict is None

    def _tell_all(self, by: int, to: int) -> None:
        rounds = self.coops[by].rounds
        known = [Say(Saying.SIGNATURE, proof) for proof in rounds.signatures()]
        known += [Say(Saying.SUPPORT, proof) for proof in rounds.supports()]
        if rounds.certificate is not None:
            known.insert(0, Say(Saying.SIGNATURE, rounds.certificate))
        self._post(to, Tell(by=by, known=tuple(known)))

    # What goes wrong.

    def _make_trouble(self) -> None:
        number = self.random.choice(sorted(self.coops))
        coop = self.coops[number]
        if self.random.random() < 0.05:
            coop.wants = self.random.choice(CONTENTS)
        if self.random.random() < 0.02 and self.restores < self.plan.restores:
            self._lose_disk(number)
        for asker, each in self.coops.items():
            if each.asks is not None and self.random.random() < 0.3:
                self._answer(asker)
        if self.random.random() < 0.05:
            self.mail = self.random.sample(self.mail, len(self.mail) // 2)

    def _lose_disk(self, number: int) -> None:
        coop = self.coops[number]
        self.restores += 1
        coop.disk, coop.is_whole = Saved(), False
        self._restart(number)

    def _answer(self, asker: int) -> None:
        for other in self.coops:
            if other != asker and self.coops[other].asks is None:
                self._tell_all(other, asker)
        for liar in self.dishonest:
            self._post(asker, Tell(by=liar, known=()))

    def _lie_to(self, number: int) -> None:
        """Show a coop some of what dishonest coops may say, with what honest ones have said."""
        if not self.dishonest:
            return
        if self.plan.splits and self.is_calm:
            self._split(number)
            return
        while self.random.random() < self.lies:
            newest = max((round_ for _, _, round_ in self.said), default=0)
            round_ = max(0, newest - self.random.choice((-1, 0, 0, 0, 1, 1, 2, 3)))
            saying = Saying.SIGNATURE if self.random.random() < self.signs else Saying.SUPPORT
            choice = self.random.choice(CONTENTS)
            self._hear(number, Say(saying, self._proof(saying, round_, choice)))

    def _split(self, number: int) -> None:
        """Make the last coops of a round speak for another content than the rest, in each round anew.

        What is shown to them is a quorum of support that the dishonest coops completed and kept back.
        """
        newest = max((round_ for _, _, round_ in self.said), default=0)
        silent = {coop for coop in self.coops if (Saying.SUPPORT, coop, newest) not in self.said}
        if number in silent and len(silent) <= len(self.dishonest):
            self._show_kept_back(number, newest)
        rounds = self.coops[number].rounds
        if number in silent and rounds.speaker() in self.dishonest:
            choice = self.random.choice(CONTENTS)
            own = Proof(
                choice=choice, round=rounds.round, signatures=((rounds.speaker(), b"signed"),)
            )
            self._hear(number, Say(Saying.SUPPORT, own))

    def _show_kept_back(self, number: int, before: int) -> None:
        newest = self.coops[number].rounds.newest
        known = -1 if newest is None else newest.round
        for round_ in range(before - 1, known, -1):
            for choice in CONTENTS:
                if self._is_enough(Saying.SUPPORT, round_, choice):
                    self._hear(
                        number, Say(Saying.SUPPORT, self._proof(Saying.SUPPORT, round_, choice))
                    )
                    return

    def _proof(self, saying: Saying, round_: int, choice: bytes) -> Proof:
        honest = [coop for coop in self.coops if self.said.get((saying, coop, round_)) == choice]
        if not self.is_calm and self.random.random() < 0.3:
            honest = []
        signatures = tuple((coop, b"signed") for coop in sorted([*honest, *self.dishonest]))
        return Proof(choice=choice, round=round_, signatures=signatures)

    # What must never be.

    def _is_enough(self, saying: Saying, round_: int, choice: bytes) -> bool:
        honest = sum(self.said.get((saying, coop, round_)) == choice for coop in self.coops)
        return honest + len(self.dishonest) >= self.plan.quorum

    def _check(self) -> None:
        rounds = {round_ for saying, _, round_ in self.said if saying is Saying.SIGNATURE}
        certified = {
            choice
            for round_, choice in product(rounds, CONTENTS)
            if self._is_enough(Saying.SIGNATURE, round_, choice)
        }
        if len(certified) > 1:
            raise Broken("two certificates")


def words(say: Say) -> Iterator[Word]:
    """What each coop said."""
    for coop, signature in say.proof.signatures:
        yield Word(
            saying=say.saying,
            coop=coop,
            round=say.proof.round,
            choice=say.proof.choice,
            signature=signature,
        )
