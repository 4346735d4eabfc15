"""How far the coops have come in agreeing on what comes next of a subject, for people to see."""

from dataclasses import dataclass

from node.engine.decisions.agreement import Agreement
from node.engine.wire_decisions import Signed, read_choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that may be decided, and who stands for it."""

    decided: Signed
    """With the signatures of the newest round in which there are any."""
    supported_by: tuple[int, ...]
    """The coops that supported it when they spoke last."""
    signed_by: tuple[int, ...]
    """The coops that signed it for good in some round, and will not let go of it by themselves."""
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the agreement about the next place stands, as this node knows it."""

    place: int
    round: int
    choices: tuple[Choice, ...]
    """What most coops stand for comes first. Only what the own log could take in: anything else is not even
    read, since nothing bounds it."""
    astray: tuple[int, ...]
    """The coops that stood for something that it could not take in when they spoke last."""
    locked: bytes | None
    """The choice that this coop has signed and does not let go of by itself."""
    silent: tuple[int, ...]
    """The coops that have said nothing for this place."""
    is_sure: bool
    """Whether the node knows all that it said, so that it may say more."""


def standing(agreement: Agreement) -> Standing:
    """Where it stands now."""
    rounds = agreement.rounds
    newest = rounds.newest_support()
    signed = rounds.signatures()
    spoken = {word.choice for word in newest.values()} | {proof.choice for proof in signed}
    choices = {choice for choice in spoken if agreement.is_valid(choice)}
    stands = []
    for choice in sorted(choices):
        supporters = tuple(sorted(c for c, word in newest.items() if word.choice == choice))
        proofs = [proof for proof in signed if proof.choice == choice]
        signers = {coop for proof in proofs for coop, _ in proof.signatures}
        stands.append(
            Choice(
                decided=agreement.decided(proofs[0]) if proofs else read_choice(choice),
                supported_by=supporters,
                signed_by=tuple(sorted(signers)),
                needed=agreement.quorum(choice),
            )
        )
    stands.sort(key=lambda one: (-len(one.signed_by), -len(one.supported_by)))
    astray = {coop for coop, word in newest.items() if word.choice not in choices}
    heard = newest.keys() | {coop for proof in signed for coop, _ in proof.signatures}
    return Standing(
        place=agreement.place,
        round=rounds.round,
        choices=tuple(stands),
        astray=tuple(sorted(astray)),
        locked=None if rounds.lock is None else rounds.lock.choice,
        silent=tuple(sorted(agreement.coops - heard)),
        is_sure=agreement.is_sure,
    )
