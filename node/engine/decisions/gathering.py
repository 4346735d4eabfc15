"""What coops have stated for what comes next, each by itself: their signatures, in memory.

This is where peers' word of it arrives: `taking_part` hands in what it hears, and subjects make contents of
it. One statement is kept for each coop and key. A second one, under a signature that holds, is evidence.
All of it can be asked for again, so nothing here is on disk; what this node itself signed is kept by
`promises`."""

from collections import defaultdict
from dataclasses import dataclass

from ledger.contradictions import DecisionEvidence, SignedContent
from ledger.decisions import content_message
from ledger.shapes import Signatures
from ledger.signatures import SignatureInvalid, verify
from node.engine.core import Core
from node.engine.decisions.subject import Subject
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Signed
from node.errors import PeerFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A coop's signature over the encoding of a content."""

    content: bytes
    signature: bytes


class Gathering:
    """Votes by key and coop; all their signatures hold."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._votes: dict[Key, dict[int, Vote]] = defaultdict(dict)

    def votes(self, key: Key) -> dict[int, Vote]:
        """Who has signed what, for that key."""
        return dict(self._votes.get(key, {}))

    def forget_before(self, key: Key) -> None:
        """Drop what is of that kind and has a lower number."""
        kind, number = key
        for old in [old for old in self._votes if old[0] == kind and old[1] < number]:
            del self._votes[old]

    def remember(self, key: Key, vote: Vote) -> None:
        """Note a signature that this node made itself."""
        self._votes[key][self._core.coop] = vote

    def add(self, tick: Tick, subject: Subject, signed: Signed) -> Signatures:
        """Take in signatures over a statement; those that are new. `PeerFault` for one that does not hold.

        Of a coop that states two things the first counts.
        """
        known = self._votes[signed.key]
        unknown = []
        for coop, signature in signed.signatures:
            before = known.get(coop)
            if not subject.takes_part(coop):
                continue
            if before is None or before.content != signed.content:
                self._check(signed, coop, signature)
                vote = Vote(content=signed.content, signature=signature)
                unknown.append((coop, vote, before))
        new = []
        for coop, vote, before in unknown:
            if before is not None:
                self._accuse(tick, coop, signed.key, before, vote)
                continue
            known[coop] = vote
            new.append((coop, vote.signature))
        return tuple(sorted(new))

    def _check(self, signed: Signed, coop: int, signature: bytes) -> None:
        charter = self._core.charter
        message = content_message(
            federation=charter.federation,
            coop=coop,
            decision=signed.decision,
            number=signed.number,
            content=signed.content,
        )
        try:
            verify(public_key=charter.coops[coop].node_key, message=message, signature=signature)
        except SignatureInvalid as error:
            raise PeerFault("a statement under a signature that does not hold") from error

    def _accuse(self, tick: Tick, coop: int, key: Key, first: Vote, second: Vote) -> None:
        decision, number = key
        evidence = DecisionEvidence(
            coop=coop,
            decision=decision,
            number=number,
            first=SignedContent(content=first.content, signature=first.signature),
            second=SignedContent(content=second.content, signature=second.signature),
        )
        self._core.accuse(tick, evidence)

    def grouped(self, key: Key) -> list[Signed]:
        """The contents signed for that key, each with its signatures, most signatures first."""
        groups: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        for coop, vote in sorted(self._votes.get(key, {}).items()):
            groups[vote.content].append((coop, vote.signature))
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        decision, number = key
        return [
            Signed(decision=decision, number=number, content=content, signatures=tuple(signatures))
            for content, signatures in ordered
        ]
