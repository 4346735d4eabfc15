"""What is known of the decisions that come next: coops' signatures and observations, in memory.

One content and one observation are kept for each coop. A second one, under a signature that holds, is
evidence. All of it can be asked for again, so nothing here is on disk; what this node itself signed is
kept by `node.engine.decisions.promises`.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from ledger.codec import encode
from ledger.decisions import (
    OBSERVATION,
    Decision,
    IndexEntry,
    Observation,
    Observations,
    content_message,
)
from ledger.evidence import DecisionEvidence, SignedContent
from ledger.rules.index import quorum_of
from ledger.signatures import SignatureInvalid, verify
from node.engine.core import Core, Tick
from node.engine.decisions.promises import Key
from node.errors import PeerFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A coop's signature over a content; `entry` has no signatures."""

    entry: IndexEntry
    content: bytes
    signature: bytes


class Gathering:
    """Votes by decision and coop, observations by period and coop; all their signatures hold."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.votes: dict[Key, dict[int, Vote]] = defaultdict(dict)
        self.observations: dict[int, dict[int, Observation]] = defaultdict(dict)

    def forget_before(self, key: Key) -> None:
        """Drop decisions of that kind with lower numbers, and with prints their observations."""
        kind, number = key
        for old in [old for old in self.votes if old[0] == kind and old[1] < number]:
            del self.votes[old]
        if kind == Decision.PRINT:
            for period in [period for period in self.observations if period < number]:
                del self.observations[period]

    def remember(self, coop: int, entry: IndexEntry, signature: bytes) -> None:
        """Note a signature that this node made itself."""
        bare = replace(entry, signatures=())
        content = encode(entry.content())
        vote = Vote(entry=bare, content=content, signature=signature)
        self.votes[entry.decision.value, entry.number][coop] = vote

    def add_votes(self, tick: Tick, entry: IndexEntry) -> dict[int, Vote]:
        """Take in the signatures of an entry; those that are new. `PeerFault` for one that does not hold.

        Of a coop that signs two contents the first counts, unless the second comes in a certificate:
        other logs may have taken that in already, and this one has to be able to.
        """
        key = (entry.decision.value, entry.number)
        bare = replace(entry, signatures=())
        content = encode(entry.content())
        known = self.votes[key]
        unknown = []
        for coop, signature in entry.signatures:
            before = known.get(coop)
            if before is None or before.content != content:
                self._check(coop, key, content, signature)
                unknown.append((coop, signature, before))
        new = {}
        for coop, signature, before in unknown:
            if before is not None:
                first = SignedContent(content=before.content, signature=before.signature)
                second = SignedContent(content=content, signature=signature)
                self._accuse(tick, coop, key, first, second)
                if not self._is_certificate(entry):
                    continue
            known[coop] = new[coop] = Vote(entry=bare, content=content, signature=signature)
        return new

    def _is_certificate(self, entry: IndexEntry) -> bool:
        chartered = self._core.charter.index
        return chartered is not None and len(entry.signatures) >= quorum_of(entry, chartered)

    def add_observations(
        self, tick: Tick, period: int, observations: Observations
    ) -> list[Observation]:
        """Take in observations of a week; those that are new."""
        key = (OBSERVATION, period)
        known = self.observations[period]
        new = []
        for seen in observations:
            before = known.get(seen.coop)
            content = encode([seen.level, seen.survey_hash])
            if before is not None and encode([before.level, before.survey_hash]) == content:
                continue
            self._check(seen.coop, key, content, seen.signature)
            if before is not None:
                kept = encode([before.level, before.survey_hash])
                first = SignedContent(content=kept, signature=before.signature)
                second = SignedContent(content=content, signature=seen.signature)
                self._accuse(tick, seen.coop, key, first, second)
                continue
            known[seen.coop] = seen
            new.append(seen)
        return new

    def _check(self, coop: int, key: Key, content: bytes, signature: bytes) -> None:
        chartered = self._core.charter.index
        if chartered is None or coop not in chartered.publishers:
            raise PeerFault("a decision signed by a coop that publishes no index")
        message = content_message(
            federation=self._core.charter.federation,
            coop=coop,
            decision=key[0],
            number=key[1],
            content=content,
        )
        node_key = self._core.charter.coops[coop].node_key
        try:
            verify(public_key=node_key, message=message, signature=signature)
        except SignatureInvalid as error:
            raise PeerFault("a decision under a signature that does not hold") from error

    def _accuse(
        self, tick: Tick, coop: int, key: Key, first: SignedContent, second: SignedContent
    ) -> None:
        evidence = DecisionEvidence(
            coop=coop, decision=key[0], number=key[1], first=first, second=second
        )
        self._core.accuse(tick, evidence)

    def grouped(self, key: Key) -> list[IndexEntry]:
        """The contents signed for that decision, each with its signatures, most signatures first."""
        groups: dict[bytes, list[tuple[int, Vote]]] = defaultdict(list)
        for coop, vote in sorted(self.votes.get(key, {}).items()):
            groups[vote.content].append((coop, vote))
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        return [
            replace(
                votes[0][1].entry, signatures=tuple((coop, vote.signature) for coop, vote in votes)
            )
            for _, votes in ordered
        ]
