"""The rules of rounds with locks, one by one, without engines, messages or signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from node.engine.decisions.locks import LEGACY_ROUND, without_proof
from node.engine.decisions.rounds import MOST_ABOVE, ROUNDS_KEPT, Rounds
from node.engine.decisions.words import Act, Conflict, Locked, Moved, Proof, Saved, Saying, Word

RIGHT, WRONG, OTHER = b"2.5", b"25", b"2.6"
BASE_MS = 1_000


@dataclass
class FakeHand:
    """A coop of `coops`, all of whose choices have one quorum."""

    own: int = 1
    coops: frozenset[int] = frozenset({1, 2, 3, 4})
    least_quorum: int = 3
    place: int = 3
    invalid: set[bytes] = field(default_factory=set)

    def quorum(self, choice: bytes) -> int:
        return self.least_quorum

    def is_valid(self, choice: bytes) -> bool:
        return choice not in self.invalid

    def say(self, saying: Saying, round_: int, choice: bytes) -> bytes:
        return b"signed"


def coop(saved: Saved | None = None, **hand: object) -> Rounds:
    """One coop's machine. Of the speakers, coop 4 has round 0 and then they go on from 1."""
    return Rounds(FakeHand(**hand), saved, base_ms=BASE_MS, most_ms=10 * BASE_MS)  # type: ignore[arg-type]


def word(coop: int, round_: int, choice: bytes = RIGHT, saying: Saying = Saying.SUPPORT) -> Word:
    return Word(saying=saying, coop=coop, round=round_, choice=choice, signature=b"%d" % coop)


def hear(rounds: Rounds, *words: Word) -> None:
    """Let it hear what is news, as who runs it does."""
    for each in words:
        if rounds.is_news(each):
            rounds.hear(each)


def polka(round_: int, choice: bytes = RIGHT, coops: Sequence[int] = (2, 3, 4)) -> Proof:
    return Proof(
        choice=choice, round=round_, signatures=tuple((each, b"%d" % each) for each in coops)
    )


def said(acts: Sequence[Act]) -> list[tuple[Saying, int, bytes]]:
    """What the coop itself said."""
    return [(one.saying, one.round, one.choice) for one in acts if isinstance(one, Word)]


def support(round_: int, choice: bytes = RIGHT) -> tuple[Saying, int, bytes]:
    return (Saying.SUPPORT, round_, choice)


def signature(round_: int, choice: bytes = RIGHT) -> tuple[Saying, int, bytes]:
    return (Saying.SIGNATURE, round_, choice)


def test_in_round_0_it_supports_at_once_what_its_people_endorse_and_once_only() -> None:
    rounds = coop()
    assert said(rounds.step(0)) == []
    assert said(rounds.step(0, [RIGHT])) == [support(0)]
    assert said(rounds.step(0, [WRONG])) == []


def test_it_supports_nothing_that_its_log_would_refuse() -> None:
    assert said(coop(invalid={RIGHT}).step(0, [RIGHT])) == []


def test_it_says_nothing_when_it_may_not_or_has_no_part_in_it() -> None:
    assert coop().step(0, [RIGHT], speaks=False) == []
    assert said(coop(own=9).step(0, [RIGHT])) == []


def test_two_endorsed_choices_take_turns() -> None:
    assert said(coop().step(0, [RIGHT, WRONG])) == [support(0, RIGHT)]
    second = coop(Saved(round=1))
    second.step(0, [RIGHT, WRONG])
    assert said(second.step(BASE_MS, [RIGHT, WRONG])) == [support(1, WRONG)]


def test_it_signs_and_locks_what_a_quorum_supports_in_the_present_round() -> None:
    rounds = coop()
    rounds.step(0, [RIGHT])
    hear(rounds, word(2, 0))
    assert said(rounds.step(0)) == []
    hear(rounds, word(3, 0))
    acts = rounds.step(0)
    assert said(acts) == [signature(0)]
    assert rounds.lock == Proof(
        choice=RIGHT, round=0, signatures=((1, b"signed"), (2, b"2"), (3, b"3"))
    )
    assert said(rounds.step(0)) == []


def test_it_never_signs_for_another_round_than_its_own() -> None:
    rounds = coop(Saved(round=2))
    assert rounds.is_polka_news(polka(1))
    rounds.hear_polka(polka(1))
    assert said(rounds.step(0)) == []
    assert (rounds.lock, rounds.newest) == (None, polka(1))


def test_it_neither_locks_nor_signs_what_its_log_would_refuse() -> None:
    rounds = coop(invalid={RIGHT})
    hear(rounds, word(2, 0), word(3, 0), word(4, 0))
    assert said(rounds.step(0, [WRONG])) == [support(0, WRONG)]
    assert not rounds.hear_polka(polka(0))
    assert (rounds.lock, rounds.newest) == (None, None)


def test_a_quorum_of_signatures_in_one_round_is_a_certificate() -> None:
    rounds = coop()
    hear(rounds, word(2, 0, saying=Saying.SIGNATURE), word(3, 0, saying=Saying.SIGNATURE))
    hear(rounds, word(4, 1, saying=Saying.SIGNATURE))
    rounds.step(0)
    certificates = [rounds.certificate]
    hear(rounds, word(1, 0, saying=Saying.SIGNATURE))
    assert rounds.step(0) == []
    certificates.append(rounds.certificate)
    assert certificates == [None, polka(0, coops=(1, 2, 3))]


def test_a_round_ends_some_time_after_a_quorum_has_spoken() -> None:
    rounds = coop()
    rounds.step(0, [RIGHT])
    hear(rounds, word(2, 0, WRONG))
    assert rounds.step(10 * BASE_MS) == []
    assert rounds.wake_at_ms() is None
    hear(rounds, word(3, 0, OTHER))
    assert rounds.step(10 * BASE_MS) == []
    assert rounds.wake_at_ms() == 11 * BASE_MS
    assert Moved(round=1) in rounds.step(11 * BASE_MS)


def test_rounds_grow_by_half_up_to_a_ceiling() -> None:
    lengths = []
    for round_ in (0, 1, 2, 60):
        rounds = coop(Saved(round=round_))
        hear(rounds, *(word(each, round_, bytes([each])) for each in (2, 3, 4)))
        rounds.step(0, speaks=False)
        lengths.append(rounds.wake_at_ms())
    assert lengths == [1_000, 1_500, 2_250, 10_000]


def test_it_follows_at_once_to_a_round_that_no_quorum_can_do_without() -> None:
    rounds = coop()
    hear(rounds, word(2, 7))
    assert rounds.step(0) == []
    hear(rounds, word(3, 5))
    assert rounds.step(0) == [Moved(round=5)]


def test_in_a_later_round_the_speaker_comes_first_and_the_others_wait_for_it() -> None:
    speaker, other = coop(Saved(round=1), own=1), coop(Saved(round=1), own=2)
    assert [rounds.step(0, [RIGHT]) for rounds in (speaker, other)] == [[], []]
    assert said(speaker.step(374, [RIGHT])) == []
    assert said(speaker.step(375, [RIGHT])) == [support(1)]
    assert said(other.step(375, [RIGHT])) == []
    hear(other, word(1, 1))
    assert said(other.step(376, [RIGHT])) == [support(1)]


def test_without_the_speaker_they_wait_for_half_of_the_round() -> None:
    rounds = coop(Saved(round=1), own=2)
    rounds.step(0, [RIGHT])
    assert rounds.wake_at_ms() == 750
    assert said(rounds.step(750, [RIGHT])) == [support(1)]


def test_a_locked_coop_supports_its_lock_whatever_its_people_say() -> None:
    rounds = coop(Saved(round=1, lock=polka(0, WRONG), newest=polka(0, WRONG)), own=2)
    rounds.step(0, [RIGHT])
    hear(rounds, word(1, 1, RIGHT))
    assert said(rounds.step(0, [RIGHT])) == [support(1, WRONG)]


@pytest.mark.parametrize(("shown", "expected"), [(1, WRONG), (2, RIGHT), (3, RIGHT)])
def test_it_lets_go_of_its_lock_for_a_polka_that_is_not_older(shown: int, expected: bytes) -> None:
    """Of the lock's own round there can't be another polka below the bound; here it counts all the same."""
    lock = polka(2, WRONG)
    rounds = coop(Saved(round=4, lock=lock, newest=lock), own=2)
    rounds.hear_polka(polka(shown, RIGHT))
    hear(rounds, word(4, 4, RIGHT))
    assert rounds.speaker() == 4
    assert said(rounds.step(0, [WRONG])) == [support(4, expected)]


def test_a_late_polka_moves_nobody_but_by_the_speaker() -> None:
    rounds = coop(Saved(round=4), own=2)
    rounds.hear_polka(polka(3, WRONG))
    rounds.step(0, [RIGHT])
    assert said(rounds.step(9_000, [RIGHT])) == [support(4, RIGHT)]


def test_the_speaker_supports_what_the_newest_polka_shows() -> None:
    rounds = coop(Saved(round=1), own=1)
    rounds.hear_polka(polka(0, WRONG))
    rounds.step(0, [RIGHT])
    assert said(rounds.step(9_000, [RIGHT])) == [support(1, WRONG)]


def test_two_words_in_one_round_contradict_each_other_and_the_first_counts() -> None:
    rounds = coop()
    for saying in Saying:
        first, second = word(2, 0, RIGHT, saying), word(2, 0, WRONG, saying)
        assert rounds.hear(first) is None
        assert not rounds.is_news(first)
        assert rounds.is_news(second)
        assert rounds.hear(second) == Conflict(first=first, second=second)
        assert rounds.said(saying, 2, 0) == first
        assert rounds.hear(word(2, 1, WRONG, saying)) is None


def test_what_strangers_say_is_no_news() -> None:
    assert not coop().is_news(word(9, 0))


def test_of_each_coop_the_newest_rounds_are_remembered() -> None:
    rounds = coop()
    for round_ in range(20):
        hear(rounds, word(2, round_))
    assert {one.round for one in rounds.supports()} == {0, 16, 17, 18, 19}
    assert len(rounds.supports()) == ROUNDS_KEPT + 1, "of the present round too"
    assert not rounds.is_news(word(2, 15))
    assert rounds.is_news(word(2, 20))


def test_after_a_restart_it_says_nothing_twice() -> None:
    rounds = coop()
    rounds.step(0, [RIGHT])
    hear(rounds, word(2, 0), word(3, 0))
    rounds.step(0)
    again = coop(rounds.saved())
    assert again.step(0, [WRONG]) == []
    assert again.saved() == rounds.saved()


def test_a_coop_that_forgot_goes_on_two_rounds_above_what_the_others_said() -> None:
    rounds = coop()
    assert rounds.go_above() == [Moved(round=1)]
    hear(rounds, word(2, 6), word(3, 5))
    rounds.go_above()
    assert rounds.round == 8


def test_one_coop_that_lies_does_not_lift_it_out_of_reach() -> None:
    rounds = coop()
    hear(rounds, word(2, 2**30), word(3, 5))
    rounds.go_above()
    assert rounds.round == 5 + MOST_ABOVE + 2


def test_what_it_signed_and_forgot_is_its_lock_again() -> None:
    rounds = coop()
    hear(rounds, word(1, 3, WRONG, Saying.SIGNATURE))
    rounds.go_above()
    assert (rounds.lock, rounds.round) == (Proof(choice=WRONG, round=3), 4)
    rounds.hear_polka(polka(5))
    rounds.go_above()
    assert rounds.lock == polka(5)


def test_a_signature_from_before_there_were_rounds_is_a_lock_that_any_polka_opens() -> None:
    lock = without_proof(WRONG)
    assert lock.round == LEGACY_ROUND
    rounds = coop(Saved(lock=lock))
    assert said(rounds.step(0, [RIGHT])) == [support(0, WRONG)]
    hear(rounds, word(2, 0), word(3, 0), word(4, 0))
    assert said(rounds.step(0, [RIGHT])) == [signature(0, RIGHT)]


def test_it_is_let_go_of_when_a_quorum_of_others_supports_something_else() -> None:
    """Then nobody can have a certificate for it: 25, 2.5 and 2.6 signed before there were rounds."""
    rounds = coop(Saved(lock=without_proof(WRONG)), coops=frozenset({1, 2, 3}), least_quorum=2)
    assert said(rounds.step(0, [RIGHT])) == [support(0, WRONG)]
    hear(rounds, word(2, 0, RIGHT))
    rounds.step(0, [RIGHT])
    assert rounds.lock == without_proof(WRONG)
    hear(rounds, word(3, 0, OTHER))
    rounds.step(0, [RIGHT])
    assert rounds.saved().lock is None
    assert Moved(round=1) in rounds.step(BASE_MS, [RIGHT])
    assert said(rounds.step(2 * BASE_MS, [RIGHT])) == [support(1, RIGHT)]


def test_a_lock_with_proof_is_not_let_go_of_so() -> None:
    rounds = coop(Saved(round=1, lock=polka(0, WRONG), newest=polka(0, WRONG)))
    hear(rounds, word(2, 1, RIGHT), word(3, 1, OTHER), word(4, 1, RIGHT))
    rounds.step(0, [RIGHT])
    assert rounds.lock == polka(0, WRONG)


def test_a_lock_is_told_with_its_proof() -> None:
    rounds = coop()
    hear(rounds, word(2, 0), word(3, 0), word(4, 0))
    acts = rounds.step(0)
    assert [one.proof for one in acts if isinstance(one, Locked)] == [polka(0)]
