"""What is asked of the model: where agreement has to hold, and where it has to break.

A check that can't fail proves nothing. So others take a rule away, or one coop too many is dishonest, and the
model has to find what follows.
"""

from dataclasses import dataclass
from enum import Enum


class Answer(Enum):
    """What an exploration of the model ends with; the texts are parts of the model's assertions."""

    HOLDS = "errors: 0"
    TWO_CERTIFICATES = "is_certified[1]&&is_certified[2]"
    TWO_SUPPORTS = "supports["
    TWO_SIGNATURES = "signatures["
    NOT_AGREED = "is_agreed"


@dataclass(frozen=True, slots=True)
class Check:
    """One exploration: the federation, what is defined besides, and how it has to end."""

    name: str
    coops: int
    dishonest: int
    quorum: int
    rounds: int
    answer: Answer = Answer.HOLDS
    switches: tuple[str, ...] = ()

    def definitions(self) -> list[str]:
        """What the model is compiled with, as arguments."""
        values = {
            "COOPS": self.coops,
            "DISHONEST": self.dishonest,
            "QUORUM": self.quorum,
            "ROUNDS": self.rounds,
        }
        return [f"-D{name}={value}" for name, value in values.items()] + [
            f"-D{switch}" for switch in self.switches
        ]


def _four(name: str, answer: Answer, *switches: str, rounds: int = 3) -> Check:
    """Four coops, one of them dishonest, and a quorum of three."""
    return Check(name, 4, 1, 3, rounds, answer, switches)


CHECKS = (
    _four("3 of 4, one dishonest", Answer.HOLDS),
    _four("3 of 4, one dishonest, signed before there were rounds", Answer.HOLDS, "LEGACY"),
    Check("3 of 3, one dishonest", 3, 1, 3, 3),
    Check("2 of 3, none dishonest", 3, 0, 2, 3),
    Check("3 of 4, none dishonest", 4, 0, 3, 2),
    _four(
        "3 of 4, one dishonest, one restored: accused", Answer.HOLDS, "RESTORES=2", "ACCUSED_ONLY"
    ),
    Check("2 of 3, one dishonest", 3, 1, 2, 2, Answer.TWO_CERTIFICATES),
    Check("2 of 4, none dishonest", 4, 0, 2, 2, Answer.TWO_CERTIFICATES),
    _four("3 of 4, two faults: one dishonest, one restored", Answer.TWO_CERTIFICATES, "RESTORES=2"),
    _four("supports against its lock", Answer.TWO_CERTIFICATES, "WITHOUT_LOCKS"),
    _four("is unlocked by older support", Answer.TWO_CERTIFICATES, "ANY_POLKA_UNLOCKS"),
    _four("signs in an old round", Answer.TWO_CERTIFICATES, "SIGNS_OLD_ROUNDS"),
    _four("signs without support", Answer.TWO_CERTIFICATES, "SIGNS_UNSUPPORTED", rounds=2),
    _four("a crash loses the lock", Answer.TWO_CERTIFICATES, "LOCK_NOT_SAVED"),
    _four("a crash loses a support", Answer.TWO_SUPPORTS, "SUPPORT_NOT_SAVED", rounds=2),
    _four("a restored coop goes one round above", Answer.TWO_SUPPORTS, "RESTORES=1"),
)
