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
from ledger.signatures import is_by
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
        self._seen_version = core.newest.version

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

    def add(self, tick: Tick, peer: int, subject: Subject, signed: Signed) -> Signatures:
        """Take in signatures over a statement; those that are new. `PeerFault` for one that does not hold.

        Of a coop that states two things the first counts.
        """
        self._forget_readmitted()
        known = self._votes[signed.key]
        unknown = []
        for coop, signature in signed.signatures:
            before = known.get(coop)
            if not subject.takes_part(coop):
                continue
            if before is None or before.content != signed.content:
                if not self._holds(peer, signed, coop, signature):
                    continue
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

    def _holds(self, peer: int, signed: Signed, coop: int, signature: bytes) -> bool:
        """Whether the signature is one that counts: by any node key that the coop has had since it was
        readmitted, or ever (PROTOCOL 9.5)."""
        keys = self._core.keys_that_count(coop)
        if any(is_by(key, self._message(signed, coop), signature) for key in keys):
            return True
        ever = self._core.newest.coops[coop].all_keys
        if any(is_by(key, self._message(signed, coop), signature) for key in ever):
            return False
        if self._core.is_excused(peer):
            return False
        raise PeerFault("a statement under a signature that does not hold")

    def _forget_readmitted(self) -> None:
        """Once a coop is readmitted, forget what it stated before: nodes may have heard different things."""
        newest = self._core.newest
        if newest.version == self._seen_version:
            return
        self._seen_version = newest.version
        for (decision, number), votes in self._votes.items():
            for coop, vote in list(votes.items()):
                signed = Signed(decision=decision, number=number, content=vote.content)
                message = self._message(signed, coop)
                keys = self._core.keys_that_count(coop)
                if not any(is_by(key, message, vote.signature) for key in keys):
                    del votes[coop]

    def _message(self, signed: Signed, coop: int) -> bytes:
        return content_message(
            federation=self._core.charter.federation,
            coop=coop,
            decision=signed.decision,
            number=signed.number,
            content=signed.content,
        )

    def _accuse(self, tick: Tick, coop: int, key: Key, first: Vote, second: Vote) -> None:
        decision, number = key
        evidence = DecisionEvidence(
            coop=coop,
            decision=decision,
            number=number,
            first=SignedContent(content=first.content, signature=first.signature),
            second=SignedContent(content=second.content, signature=second.signature),
        )
        self._core.accuse_if_proven(tick, evidence)

    def grouped(self, key: Key) -> list[Signed]:
        """The contents signed for that key, each with its signatures, most signatures first."""
        self._forget_readmitted()
        groups: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        for coop, vote in sorted(self._votes.get(key, {}).items()):
            groups[vote.content].append((coop, vote.signature))
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        decision, number = key
        return [
            Signed(decision=decision, number=number, content=content, signatures=tuple(signatures))
            for content, signatures in ordered
        ]
