"""Rounds with locks: how one coop takes part in agreeing on one place, PROTOCOL section 9.5.

A pure state machine: no I/O, no clock, no randomness, no cryptography but what its `Hand` does. What comes in
are words of coops, the time, and what the own people endorse; what comes out is what this coop says, and when
it moves on. The one who runs it checks every signature before, saves `Saved` before anything leaves, and lets
nothing be said when the node may not.

Its rules. A *polka* is a quorum of support for one choice in one round.

1. *Support*, once in each round. In round 0 at once. In a later round the coop whose turn it is, the
   *speaker*, after a quarter of the round; the others once they have the speaker's support, or after half of
   the round. What: `locks`.
2. *Sign and lock*, once in each round, in the present one only: the choice of a polka of that very round.
3. *Move on* when a quorum has spoken in this round or later, and a round's length has passed since. At once
   to a round in which, or beyond which, so many have spoken that no quorum can do without all of them.
4. A coop that may have forgotten what it said goes on above the rounds in which it may have spoken.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from node.engine.decisions.locks import (
    LEGACY_ROUND,
    choose,
    choose_first,
    is_void,
    locked_round,
)
from node.engine.decisions.words import (
    Act,
    Book,
    Conflict,
    Hand,
    Learned,
    Locked,
    Moved,
    Proof,
    Saved,
    Saying,
    Word,
    by_choice,
)

ROUNDS_KEPT: Final = 4
"""Of how many of its newest rounds a coop's support is remembered, beside the present round's."""
POLKAS_KEPT: Final = 8
"""How many of the newest polkas are remembered."""
MOST_ABOVE: Final = 64
"""How far above the others a single coop's word can lift one that may have forgotten what it said."""


class Rounds:
    """The state of one coop for one place. The words that it hears were checked by who hands them in."""

    def __init__(
        self, hand: Hand, saved: Saved | None = None, *, base_ms: int, most_ms: int
    ) -> None:
        saved = Saved() if saved is None else saved
        self.round = saved.round
        self.lock = saved.lock
        self.certificate: Proof | None = None
        """The first quorum of signatures that was seen."""
        self._hand = hand
        self._base_ms, self._most_ms = base_ms, most_ms
        self._entered_ms: int | None = None
        self._spoken_ms: int | None = None
        self._wake_at_ms: int | None = None
        self._polkas: list[Proof] = [] if saved.newest is None else [saved.newest]
        self._books = {Saying.SUPPORT: Book(ROUNDS_KEPT), Saying.SIGNATURE: Book(1)}
        for word in saved.words:
            self._books[word.saying].add(word, present=self.round)

    # What is heard.

    def is_news(self, word: Word) -> bool:
        """Whether a word would change anything here, so that its signature is worth checking."""
        if word.coop not in self._hand.coops:
            return False
        known = self.said(word.saying, word.coop, word.round)
        if known is not None:
            return known.choice != word.choice
        return self._books[word.saying].has_room(word.coop, word.round, present=self.round)

    def hear(self, word: Word) -> Conflict | None:
        """Take in a word that `is_news`; of two that contradict each other the first counts."""
        known = self.said(word.saying, word.coop, word.round)
        if known is not None:
            return Conflict(first=known, second=word)
        self._books[word.saying].add(word, present=self.round)
        if word.coop == self._hand.own and word.saying is Saying.SIGNATURE:
            self._lock_again(word)
        return None

    def is_polka_news(self, proof: Proof) -> bool:
        """Whether support is a polka that nothing here shows yet, and that may matter."""
        if not self.is_quorum(proof):
            return False
        if len(self._polkas) == POLKAS_KEPT and proof.round < self._polkas[-1].round:
            return False
        return (proof.round, proof.choice) not in {(one.round, one.choice) for one in self._polkas}

    def hear_polka(self, proof: Proof) -> bool:
        """Take in a polka that `is_polka_news`, if the own log allows its choice; whether it did."""
        if not self._hand.is_valid(proof.choice):
            return False
        self._polkas = sorted([proof, *self._polkas], key=lambda one: -one.round)[:POLKAS_KEPT]
        return True

    def hear_certificate(self, proof: Proof) -> None:
        """Take in a quorum of signatures."""
        if self.certificate is None:
            self.certificate = proof

    def is_quorum(self, proof: Proof) -> bool:
        """Whether so many coops are enough for that choice."""
        coops = {coop for coop, _ in proof.signatures} & self._hand.coops
        return len(coops) >= self._hand.quorum(proof.choice)

    # What it does.

    def step(
        self, now_ms: int, endorsed: Sequence[bytes] = (), *, speaks: bool = True
    ) -> list[Act]:
        """Go as far as is possible now, on steady time.

        `endorsed` are the choices that the own people stand for, in an order that is the same at all coops:
        those of several take turns from round to round. Without `speaks` it only follows.
        """
        acts: list[Act] = []
        speaks = speaks and self._hand.own in self._hand.coops
        while True:
            self._find_certificate()
            more = [] if self.certificate else self._step(now_ms, endorsed, speaks)
            if not more:
                return acts
            acts += more

    def _step(self, now_ms: int, endorsed: Sequence[bytes], speaks: bool) -> list[Act]:
        self._wake_at_ms = None
        acts: list[Act] = [*self._jump(), *self._find_polkas()]
        self._let_go()
        if self._entered_ms is None:
            self._entered_ms = now_ms
        if speaks:
            acts += [*self._support(now_ms, endorsed), *self._sign()]
        return [*acts, *self._move_on(now_ms)]

    def go_above(self) -> list[Act]:
        """Go on above the rounds in which this coop may have spoken and forgotten it.

        It may have been the first to move on from a round in which the others spoke: so two above. The word
        of one coop alone, which may lie, lifts it `MOST_ABOVE` above the others at most.
        """
        newest = self._newest_rounds()
        own = newest.pop(self._hand.own, LEGACY_ROUND)
        others = sorted(newest.values(), reverse=True)
        enough = min(self._too_many, self._hand.least_quorum - 1)
        shared = others[enough - 1] if 0 < enough <= len(others) else LEGACY_ROUND
        highest = min(max(others, default=LEGACY_ROUND), shared + MOST_ABOVE)
        if self.newest is not None and self.newest.round > locked_round(self.lock):
            self.lock = self.newest
        return [self._go_to(max(self.round, own + 1, highest + 2))]

    def wake_at_ms(self) -> int | None:
        """When time alone lets it do more, after a step; None when only words or people can."""
        return self._wake_at_ms

    # What is known.

    @property
    def newest(self) -> Proof | None:
        """The newest polka that is known."""
        return self._polkas[0] if self._polkas else None

    def saved(self) -> Saved:
        """What has to be on disk."""
        words = (word for book in self._books.values() for word in book.words())
        own = tuple(word for word in words if word.coop == self._hand.own)
        return Saved(round=self.round, lock=self.lock, newest=self.newest, words=own)

    def said(self, saying: Saying, coop: int, round_: int) -> Word | None:
        """What a coop said in a round, as far as it is kept."""
        return self._books[saying].get(coop, round_)

    def supports(self) -> list[Proof]:
        """All support that is kept, by round and choice, the newest polka first."""
        return self._with_newest(by_choice(self._books[Saying.SUPPORT].words()))

    def newest_supports(self) -> list[Proof]:
        """The newest polka, and of each coop what it supported last, by round and choice."""
        return self._with_newest(by_choice(self.newest_support().values()))

    def _with_newest(self, proofs: list[Proof]) -> list[Proof]:
        if self.newest is None:
            return proofs
        known = (self.newest.round, self.newest.choice)
        return [self.newest, *(one for one in proofs if (one.round, one.choice) != known)]

    def signatures(self) -> list[Proof]:
        """All signatures that are kept, by round and choice."""
        return by_choice(self._books[Saying.SIGNATURE].words())

    def newest_support(self) -> dict[int, Word]:
        """What each coop stood for when it spoke last."""
        return self._books[Saying.SUPPORT].newest()

    def spoken(self, round_: int | None = None) -> frozenset[int]:
        """The coops that have spoken in that round, or the present one, or later."""
        since = self.round if round_ is None else round_
        return frozenset(coop for coop, at in self._newest_rounds().items() if at >= since)

    def speaker(self) -> int:
        """The coop whose turn it is to speak first in the present round."""
        coops = sorted(self._hand.coops)
        return coops[(self._hand.place + self.round) % len(coops)]

    # Its rules.

    @property
    def _too_many(self) -> int:
        """So many coops that no quorum can do without all of them."""
        return len(self._hand.coops) - self._hand.least_quorum + 1

    def _newest_rounds(self) -> dict[int, int]:
        newest: dict[int, int] = {}
        for book in self._books.values():
            for coop, word in book.newest().items():
                newest[coop] = max(word.round, newest.get(coop, word.round))
        return newest

    def _lock_again(self, word: Word) -> None:
        """It has signed that, and forgot it."""
        if word.round > locked_round(self.lock):
            self.lock = Proof(choice=word.choice, round=word.round)

    def _let_go(self) -> None:
        words = self._books[Saying.SUPPORT].words()
        quorum = self._hand.least_quorum
        if is_void(self.lock, words, own=self._hand.own, quorum=quorum):
            self.lock = None

    def _jump(self) -> Iterator[Act]:
        rounds = sorted(self._newest_rounds().values(), reverse=True)
        if len(rounds) >= self._too_many and rounds[self._too_many - 1] > self.round:
            yield self._go_to(rounds[self._too_many - 1])

    def _go_to(self, round_: int) -> Moved:
        self.round = round_
        self._entered_ms = self._spoken_ms = None
        return Moved(round=round_)

    def _find_polkas(self) -> Iterator[Act]:
        for proof in by_choice(self._books[Saying.SUPPORT].words()):
            if self.is_polka_news(proof) and self.hear_polka(proof):
                yield Learned(proof=proof)

    def _support(self, now_ms: int, endorsed: Sequence[bytes]) -> Iterator[Act]:
        if self.said(Saying.SUPPORT, self._hand.own, self.round) is not None:
            return
        valid = [choice for choice in endorsed if self._hand.is_valid(choice)]
        mine = valid[self.round % len(valid)] if valid else None
        if self.speaker() == self._hand.own:
            choice = choose_first(lock=self.lock, newest=self.newest, endorsed=mine)
            is_time = self._is_time(now_ms, self._length_ms() // 4)
        else:
            spoken = self.said(Saying.SUPPORT, self.speaker(), self.round)
            choice = choose(
                spoken=None if spoken is None else spoken.choice,
                lock=self.lock,
                polkas=self._polkas,
                endorsed=mine,
            )
            is_time = spoken is not None or self._is_time(now_ms, self._length_ms() // 2)
        if is_time and choice is not None:
            yield self._say(Saying.SUPPORT, choice)

    def _is_time(self, now_ms: int, after_ms: int) -> bool:
        """Whether the round has gone on for so long; round 0 needs no waiting, for nobody is locked."""
        entered_ms = now_ms if self._entered_ms is None else self._entered_ms
        if self.round == 0 or now_ms >= entered_ms + after_ms:
            return True
        self._wake(entered_ms + after_ms)
        return False

    def _sign(self) -> Iterator[Act]:
        if self.said(Saying.SIGNATURE, self._hand.own, self.round) is not None:
            return
        for polka in self._polkas:
            if polka.round == self.round and locked_round(self.lock) < self.round:
                self.lock = polka
                yield Locked(proof=polka)
                yield self._say(Saying.SIGNATURE, polka.choice)

    def _say(self, saying: Saying, choice: bytes) -> Word:
        word = Word(
            saying=saying,
            coop=self._hand.own,
            round=self.round,
            choice=choice,
            signature=self._hand.say(saying, self.round, choice),
        )
        self._books[saying].add(word, present=self.round)
        return word

    def _move_on(self, now_ms: int) -> Iterator[Act]:
        if len(self.spoken()) < self._hand.least_quorum:
            self._spoken_ms = None
            return
        if self._spoken_ms is None:
            self._spoken_ms = now_ms
        over_at_ms = self._spoken_ms + self._length_ms()
        if now_ms >= over_at_ms:
            yield self._go_to(self.round + 1)
        else:
            self._wake(over_at_ms)

    def _wake(self, at_ms: int) -> None:
        self._wake_at_ms = at_ms if self._wake_at_ms is None else min(at_ms, self._wake_at_ms)

    def _length_ms(self) -> int:
        length = self._base_ms
        for _ in range(min(self.round, 64)):
            length = min(length * 3 // 2, self._most_ms)
        return length

    def _find_certificate(self) -> None:
        for proof in by_choice(self._books[Saying.SIGNATURE].words()):
            if self.is_quorum(proof):
                self.hear_certificate(proof)
