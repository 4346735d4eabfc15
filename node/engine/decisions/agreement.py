"""This node's part in agreeing on what its log takes in next of one subject, PROTOCOL section 9.5.

What is said in which round is decided by `rounds`; around it are the signatures (`voice`), the disk
(`matters`) and the peers. Every signature is checked before it counts, unless it can't be news. What the node
itself says is on disk before it leaves. A second word of a coop in one round, under a signature that holds,
is evidence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ledger.agreement import Turn
from node.engine.core import Core
from node.engine.decisions.contradictions import evidence_kind, evidence_of
from node.engine.decisions.locks import without_proof
from node.engine.decisions.matters import Matter, load_matter, save_matter
from node.engine.decisions.promises import Promise
from node.engine.decisions.rounds import Rounds
from node.engine.decisions.subject import Subject
from node.engine.decisions.told import WhoTold
from node.engine.decisions.voice import Voice
from node.engine.decisions.words import Proof, Saved, Saying, Word
from node.engine.tick import Tick
from node.engine.wire_decisions import (
    MOST_TOLD,
    Key,
    Known,
    Signed,
    Supported,
    read_choice,
)
from node.errors import StorageFault

MOST_AHEAD: Final = 4
"""How many rounds beyond the present one a word may be and still be passed on."""
_LOOK_MS: Final = 1_000
_MOST_JUDGED: Final = 1_000

Endorse = Callable[[], Sequence[Signed]]
"""What the own people stand for now, of what may come next."""


class Agreement:
    """What this node says for the present place of a subject, and what it knows others said."""

    def __init__(self, core: Core, subject: Subject, legacy: Mapping[Key, Promise]) -> None:
        self.subject = subject
        self.who_told = WhoTold(core, subject)
        self.legacy_certificate: Signed | None = None
        """A decision from before there were rounds, with enough signatures."""
        self.takers: set[int] = set()
        """The peers that know rounds."""
        self._core = core
        self._voice = Voice(core, subject.number)
        self._legacy = legacy
        self._matter: Matter | None = None
        self.place = -1
        self._is_whole = True
        self._has_looked = False
        self._is_stale = True
        self._look_at_ms = 0
        self._judged: dict[bytes, bool] = {}
        self._judged_by = core.charter.version
        self._paid: set[bytes] = set()
        try:
            self._matter = load_matter(core, subject.shapes.name)
        except StorageFault:
            # Something was said and is forgotten: as after a restore, peers are asked for it.
            core.old_copy.began_in_doubt = True
        if subject.is_chartered:
            self.begin()

    def begin(self) -> None:
        """The own log has another place next, or the node starts."""
        self.place = self.subject.place()
        self.legacy_certificate = None
        self.who_told.begin()
        self._judged.clear()
        self._paid.clear()
        self._is_stale = True
        saved = self._saved()
        self._is_whole = saved is None or self._matter is None or self._matter.is_whole
        settings = self._core.settings
        self.rounds = Rounds(
            self,
            self._fresh() if saved is None else saved,
            base_ms=settings.round_ms,
            most_ms=settings.round_most_ms,
        )

    def _saved(self) -> Saved | None:
        is_same = self._matter is not None and self._matter.place == self.place
        return self._matter.saved if is_same and self._matter is not None else None

    def _fresh(self) -> Saved:
        """A place that nothing was said for; what was signed before there were rounds binds all the same."""
        for key in self.subject.keys(self.subject.due()):
            promise = self._legacy.get(key)
            if promise is not None and key[0] in self.subject.shapes.decisions:
                signed = Signed(decision=key[0], number=key[1], content=promise.content)
                return Saved(lock=without_proof(signed.choice))
        return Saved()

    # What `rounds` has to know.

    @property
    def own(self) -> int:
        """See `Hand`."""
        return self._core.coop

    @property
    def coops(self) -> frozenset[int]:
        """See `Hand`."""
        return self.subject.coops()

    @property
    def least_quorum(self) -> int:
        """See `Hand`."""
        return self.subject.least_quorum()

    def quorum(self, choice: bytes) -> int:
        """See `Hand`."""
        return self.subject.quorum(read_choice(choice))

    def _look_at_charter(self) -> None:
        """By another charter the own log may take in what it could not before, and the other way round."""
        version = self._core.charter.version
        if version != self._judged_by:
            self._judged_by = version
            self._judged.clear()

    def is_valid(self, choice: bytes) -> bool:
        """See `Hand`."""
        self._look_at_charter()
        if choice not in self._judged:
            if len(self._judged) >= _MOST_JUDGED:
                self._judged.clear()
            decided = read_choice(choice)
            is_proper = self.subject.shapes.is_proper(decided)
            self._judged[choice] = is_proper and self.subject.refusal(decided) is None
        return self._judged[choice]

    def say(self, saying: Saying, round_: int, choice: bytes) -> bytes:
        """See `Hand`."""
        return self._voice.say(saying, Turn(place=self.place, round=round_), choice)

    # What comes from peers.

    def on_supported(self, tick: Tick, peer: int, supported: Supported) -> None:
        """Take in support for the present place; `PeerFault` for a signature that does not hold."""
        self._on_words(tick, peer, Saying.SUPPORT, supported.decided)

    def on_signed(self, tick: Tick, peer: int, signed: Signed) -> None:
        """Take in signatures for the present place, or a certificate from before there were rounds."""
        if signed.turn is None:
            self._on_legacy(peer, signed)
        else:
            self._on_words(tick, peer, Saying.SIGNATURE, signed)

    def _on_words(self, tick: Tick, peer: int, saying: Saying, decided: Signed) -> None:
        turn = decided.turn
        if turn is None or turn.place != self.place:
            return
        proof = self._known_part(saying, decided, turn.round)
        self._pay_for_judging(peer, proof.choice)
        is_whole = self._is_new_quorum(saying, proof)
        words = [word for word in _words(saying, proof) if is_whole or self._is_news(word)]
        held = [word for word in words if self._holds(peer, word, is_proof=is_whole)]
        is_whole = is_whole and held == words
        words = held if is_whole else [word for word in held if self._is_news(word)]
        new = [word for word in words if self._is_news(word) and self._hear(tick, word)]
        if is_whole:
            self._take_quorum(saying, proof)
        told = words if is_whole else new
        signatures = tuple((word.coop, word.signature) for word in told)
        self._pass_on(tick, peer, saying, replace(decided, signatures=signatures))

    def _pay_for_judging(self, peer: int, choice: bytes) -> None:
        """Whoever first brings a choice pays for judging it, whenever that happens."""
        if choice not in self._judged and choice not in self._paid:
            if len(self._paid) >= _MOST_JUDGED:
                self._paid.clear()
            self._paid.add(choice)
            self._core.work.spend(peer, self.subject.cost_of_judging(read_choice(choice)))

    def _known_part(self, saying: Saying, decided: Signed, round_: int) -> Proof:
        """What was said by those who take part, each with the signature that was checked if there is one."""
        signatures = []
        for coop, signature in decided.signatures:
            known = self.rounds.said(saying, coop, round_)
            is_same = known is not None and known.choice == decided.choice
            if coop in self.coops:
                kept = known.signature if known is not None and is_same else signature
                signatures.append((coop, kept))
        return Proof(choice=decided.choice, round=round_, signatures=tuple(signatures))

    def _holds(self, peer: int, word: Word, *, is_proof: bool) -> bool:
        if self._is_known(word):
            return True
        return self._voice.check(peer, word, self.place, is_proof=is_proof)

    def _is_known(self, word: Word) -> bool:
        known = self.rounds.said(word.saying, word.coop, word.round)
        return known is not None and known.choice == word.choice

    def _is_news(self, word: Word) -> bool:
        """Whether it is news: a second contradiction of a coop isn't."""
        if not self.rounds.is_news(word):
            return False
        is_second = self.rounds.said(word.saying, word.coop, word.round) is not None
        return not (is_second and self._core.is_accused(word.coop, evidence_kind(word.saying)))

    def _is_new_quorum(self, saying: Saying, proof: Proof) -> bool:
        if saying is Saying.SUPPORT:
            return self.rounds.is_polka_news(proof) and self.is_valid(proof.choice)
        return self.rounds.certificate is None and self.rounds.is_quorum(proof)

    def _take_quorum(self, saying: Saying, proof: Proof) -> None:
        self._is_stale = True
        if saying is Saying.SUPPORT:
            self.rounds.hear_polka(proof)
        else:
            self.rounds.hear_certificate(proof)

    def _hear(self, tick: Tick, word: Word) -> bool:
        """Take in a checked word; whether it counts."""
        self._is_stale = True
        conflict = self.rounds.hear(word)
        if conflict is not None:
            evidence = evidence_of(conflict, self.subject.number, self.place)
            self._core.accuse_if_proven(tick, evidence)
        return conflict is None

    def _on_legacy(self, peer: int, signed: Signed) -> None:
        """Take in a certificate from before there were rounds; less than that is passed over."""
        part = tuple(pair for pair in signed.signatures if pair[0] in self.coops)
        if signed.key not in self.subject.keys(self.subject.due()):
            return
        if len(part) < self.subject.quorum(signed) or not self.is_valid(signed.choice):
            return
        if not self._voice.check_legacy(peer, replace(signed, signatures=part)):
            return
        self.legacy_certificate = replace(signed, signatures=part)

    def _pass_on(self, tick: Tick, peer: int | None, saying: Saying, decided: Signed) -> None:
        is_near = decided.turn is not None and decided.turn.round <= self.rounds.round + MOST_AHEAD
        if not decided.signatures or not is_near:
            return
        data = _message(saying, decided).encode()
        for other in self.takers & self._core.linked.told - {peer}:
            tick.send(other, data)

    # What it does.

    def run(self, tick: Tick, endorse: Endorse) -> list[Word]:
        """Go on as far as is possible now; what the node itself said by that."""
        self._look_at_doubt(tick)
        if not self._is_stale and tick.steady_ms < self._look_at_ms:
            return []
        self._is_stale = False
        endorsed = [decided.choice for decided in endorse()]
        acts = self.rounds.step(tick.steady_ms, endorsed, speaks=self.is_speaking)
        self._save(tick)
        words = [act for act in acts if isinstance(act, Word)]
        for word in words:
            self._tell(tick, word)
        wake_ms = self.rounds.wake_at_ms()
        self._look_at_ms = tick.steady_ms + _LOOK_MS
        if wake_ms is not None:
            self._look_at_ms = min(self._look_at_ms, wake_ms)
        return words

    def notice(self) -> None:
        """Something may be different: people have spoken, or somebody has told."""
        self._is_stale = True

    @property
    def is_sure(self) -> bool:
        """Whether the node knows all that it said for this place."""
        is_past = self._matter is not None and self._matter.place > self.place
        return self._is_whole and self._has_looked and not is_past

    @property
    def is_speaking(self) -> bool:
        """Whether it may say something."""
        return self._core.is_recording and self.is_sure and self.own in self.coops

    def _look_at_doubt(self, tick: Tick) -> None:
        """Once the node has its own log whole: was the disk in doubt, then it has to ask about this place.

        About later ones it can't have said anything: that log would have the decision about this one.
        """
        if not self._core.is_signing:
            return
        if not self._has_looked:
            self._has_looked = True
            if self._core.old_copy.began_in_doubt:
                self._is_whole = False
                self._save(tick)
        if not self._is_whole and self.who_told.is_enough:
            self._is_whole = self._is_stale = True
            self.rounds.go_above()
            self._save(tick)

    def _save(self, tick: Tick) -> None:
        matter = Matter(place=self.place, saved=self.rounds.saved(), is_whole=self._is_whole)
        if self._matter is not None and self._matter.place > matter.place:
            return
        is_new = self._matter is None or self._matter.place < matter.place
        if matter == self._matter or (is_new and matter == Matter(place=self.place)):
            return
        self._matter = matter
        self._core.old_copy.has_said = True
        save_matter(tick, self.subject.shapes.name, matter)

    def _tell(self, tick: Tick, word: Word) -> None:
        """Tell what the node said, and with support the polka that lets others follow."""
        newest = self.rounds.newest
        if word.saying is Saying.SUPPORT and newest is not None and newest.choice == word.choice:
            self._pass_on(tick, None, Saying.SUPPORT, self.decided(newest))
        own = Proof(choice=word.choice, round=word.round, signatures=((word.coop, word.signature),))
        self._pass_on(tick, None, word.saying, self.decided(own))

    def decided(self, proof: Proof) -> Signed:
        """What a proof shows, with its turn."""
        turn = Turn(place=self.place, round=proof.round)
        return replace(read_choice(proof.choice), turn=turn, signatures=proof.signatures)

    # What is known.

    def certificate(self) -> Signed | None:
        """What is certified for the present place."""
        if self.rounds.certificate is None:
            return self.legacy_certificate
        return self.decided(self.rounds.certificate)

    def known(self, asker: int) -> list[Known]:
        """What is known for the present place, as messages: what the asker itself said first."""
        said = [(Saying.SIGNATURE, proof) for proof in self.rounds.signatures()]
        said += [(Saying.SUPPORT, proof) for proof in self.rounds.newest_supports()]
        said.sort(key=lambda one: all(coop != asker for coop, _ in one[1].signatures))
        return [_message(saying, self.decided(proof)) for saying, proof in said][:MOST_TOLD]

    def stands_for(self, choice: bytes) -> bool:
        """Whether the node supports that in the present round."""
        word = self.rounds.said(Saying.SUPPORT, self.own, self.rounds.round)
        return word is not None and word.choice == choice

    def wake_at_ms(self) -> int | None:
        """When time alone lets it do more."""
        return self.rounds.wake_at_ms() if self.subject.is_chartered else None


def _message(saying: Saying, decided: Signed) -> Known:
    return decided if saying is Saying.SIGNATURE else Supported(decided=decided)


def _words(saying: Saying, proof: Proof) -> Iterator[Word]:
    for coop, signature in proof.signatures:
        yield Word(
            saying=saying,
            coop=coop,
            round=proof.round,
            choice=proof.choice,
            signature=signature,
        )
