"""How this node takes part in decisions about the index, PROTOCOL section 9.5.

Stewards publish at their own node; the rest happens by itself. The node signs what its stewards stand
for, gathers what other coops signed, and lets its own log take a decision in as soon as there are enough
signatures and the rules accept it. Of prints and of changes of source only the next one is looked at; a
node that is further behind asks, and gets certificates in order.

It signs one content for a number (`node.engine.decisions.promises`; after a restore
`node.engine.decisions.told`). Two by one coop are evidence (`node.engine.decisions.gathering`). Who
proposes a survey's result, and when, is in
`node.engine.decisions.proposals`.
"""

from collections.abc import Iterator
from dataclasses import replace

from ledger.charter import IndexCharter
from ledger.codec import Value, decode, encode
from ledger.decisions import (
    OBSERVATION,
    Decision,
    IndexEntry,
    Observation,
    read_decision,
)
from ledger.index.prints import Print, SourceChange
from ledger.index.table import Index
from ledger.rules.index import check_content, quorum_of
from ledger.transactions import encode_transaction
from node.engine.core import Appender, Core, Tick
from node.engine.decisions.certificates import Certificates
from node.engine.decisions.gathering import Gathering
from node.engine.decisions.promises import Key, Promise, Promises
from node.engine.decisions.proposals import Proposals
from node.engine.decisions.surveys import Surveys
from node.engine.decisions.told import Told
from node.engine.wire_decisions import (
    DecisionSigned,
    IndexDue,
    IndexMessage,
    IndexTold,
    Observed,
    SurveyFile,
    SurveyRequest,
    one_observation,
)
from node.errors import PeerFault


class Decisions:
    """The index's part of the engine. Without an index in the charter it does nothing."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.promises = Promises(core)
        self.gathering = Gathering(core)
        self.surveys = Surveys(core)
        self._certificates = Certificates(core, self.surveys)
        self._proposals = Proposals(core, self.gathering)
        self._told = Told(core)
        self._takes_whole: set[int] = set()
        """The peers who take an answer as one message."""
        self._behind: set[int] = set()
        self._tell_at_ms = 0
        self._valid: dict[bytes, bool] = {}
        self._due: tuple[Key, Key] | None = None
        for (decision, number), promise in self.promises.signed.items():
            self._remember(decision, number, promise)
        if self._chartered is not None:
            self._certificates.miss_surveys(self._index)

    def _remember(self, decision: int, number: int, promise: Promise) -> None:
        """Count the node's own signature among those gathered."""
        own = self._core.coop
        content = decode(promise.content)
        if decision == OBSERVATION:
            match content:
                case [int(level), bytes(survey_hash)]:
                    self.gathering.observations[number][own] = Observation(
                        coop=own,
                        level=level,
                        survey_hash=survey_hash,
                        signature=promise.signature,
                    )
                case _:
                    pass
            return
        entry = read_decision(decision, number, content)
        if entry is not None:
            self.gathering.remember(own, entry, promise.signature)

    @property
    def _chartered(self) -> IndexCharter | None:
        return self._core.charter.index

    @property
    def _index(self) -> Index:
        index = self._core.validator.index(self._core.coop)
        if index is None:
            raise AssertionError("a charter with an index gives every log one")
        return index

    def due(self) -> tuple[Key, Key]:
        """The change of source and the print that the own log can take in next."""
        index = self._index
        return (
            (Decision.SOURCE.value, len(index.sources) + 1),
            (Decision.PRINT.value, index.due_window.period),
        )

    # What comes from peers.

    def peer_up(self, tick: Tick, peer: int, *, acknowledges: bool) -> None:
        """Ask a peer for what comes next."""
        self._takes_whole.discard(peer)
        if acknowledges:
            self._takes_whole.add(peer)
        if self._chartered is not None:
            self._ask(tick, peer)

    def peer_down(self, peer: int) -> None:
        """Forget what was noted about it."""
        self._behind.discard(peer)

    def _ask(self, tick: Tick, peer: int) -> None:
        (_, source), (_, period) = self.due()
        tick.send(peer, IndexDue(period=period, source=source).encode())

    def on_message(self, tick: Tick, peer: int, message: IndexMessage) -> None:
        """Take in a message; `PeerFault` for what no honest peer sends."""
        if self._chartered is None:
            raise PeerFault("a message about an index that the charter does not have")
        match message:
            case IndexDue():
                self._on_due(tick, peer, message)
            case DecisionSigned():
                self._on_signed(tick, peer, message.entry)
            case Observed():
                self._on_observed(tick, peer, message)
            case IndexTold():
                self._on_told(tick, peer, message)
            case SurveyRequest():
                self.surveys.on_request(tick, peer, message)
            case SurveyFile():
                self.surveys.on_file(tick, message)

    def _on_due(self, tick: Tick, peer: int, message: IndexDue) -> None:
        """Tell a peer what is known here of the decisions that it takes in next."""
        known = tuple(self._known(message))
        if peer in self._takes_whole:
            told = IndexTold(period=message.period, source=message.source, known=known)
            tick.send(peer, told.encode())
            return
        for one in known:
            tick.send(peer, one.encode())

    def _known(self, message: IndexDue) -> Iterator[DecisionSigned | Observed]:
        for key in (
            (Decision.SOURCE.value, message.source),
            (Decision.PRINT.value, message.period),
        ):
            certified = self._certificates.entry(key)
            entries = self.gathering.grouped(key) if certified is None else [certified]
            yield from map(DecisionSigned, entries)
        seen = self.gathering.observations.get(message.period)
        if seen:
            observations = tuple(seen[coop] for coop in sorted(seen))
            yield Observed(period=message.period, observations=observations)

    def _on_told(self, tick: Tick, peer: int, message: IndexTold) -> None:
        for one in message.known:
            self.on_message(tick, peer, one)
        if (message.source, message.period) == tuple(number for _, number in self.due()):
            self._told.add(peer)

    def _on_signed(self, tick: Tick, peer: int, entry: IndexEntry) -> None:
        key = (entry.decision.value, entry.number)
        if key not in self.due():
            if any(key[0] == kind and key[1] > number for kind, number in self.due()):
                self._behind.add(peer)
            return
        new = self.gathering.add_votes(tick, entry)
        own = new.get(self._core.coop)
        if own is not None and key not in self.promises.signed:
            # Signed before this node was restored from an older copy: it holds all the same.
            promise = Promise(content=own.content, signature=own.signature)
            self.promises.save(tick, key, promise)
        if new:
            signatures = tuple((coop, vote.signature) for coop, vote in sorted(new.items()))
            self._tell(tick, DecisionSigned(replace(entry, signatures=signatures)).encode(), peer)

    def _on_observed(self, tick: Tick, peer: int, message: Observed) -> None:
        period = message.period
        if period != self.due()[1][1]:
            return
        for seen in self.gathering.add_observations(tick, period, message.observations):
            self.surveys.want(tick, seen.survey_hash, peer)
            self._tell(tick, one_observation(period, seen), peer)
            key = (OBSERVATION, period)
            if seen.coop == self._core.coop and key not in self.promises.signed:
                content = encode([seen.level, seen.survey_hash])
                self.promises.save(tick, key, Promise(content=content, signature=seen.signature))

    def _tell(self, tick: Tick, data: bytes, but: int | None = None) -> None:
        for peer in self._core.peers:
            if peer != but:
                tick.send(peer, data)

    # What the node does by itself.

    def run(self, tick: Tick, own: Appender) -> None:
        """Sign what is to be signed, take in what is certified, ask for what is missing."""
        if self._chartered is None:
            return
        self._notice_due(tick)
        progress = self._core.is_recording
        while progress:
            progress = self._sign(tick) or self._take_in(tick, own)
        self.surveys.run(tick)
        for peer in self._behind & self._core.peers:
            self._ask(tick, peer)
        self._behind.clear()
        if tick.steady_ms >= self._tell_at_ms:
            self._tell_at_ms = tick.steady_ms + self._core.settings.decision_interval_ms
            for peer in self._core.peers:
                self._ask(tick, peer)

    def _notice_due(self, tick: Tick) -> None:
        """When the own log has taken something in: forget what led there."""
        due = self.due()
        if due == self._due:
            return
        self._due = due
        self._told.begin()
        self._certificates.keep_taken_back(tick)
        self._valid.clear()
        for key in due:
            self.gathering.forget_before(key)
            self.promises.forget_before(tick, key)
        period = due[1][1]
        self.promises.forget_before(tick, (OBSERVATION, period))
        self._proposals.begin(period)
        for peer in self._core.peers:
            self._ask(tick, peer)

    def _sign(self, tick: Tick) -> bool:
        """Sign what is due and not signed yet; whether anything was."""
        chartered = self._chartered
        if chartered is None or self._core.coop not in chartered.publishers:
            return False
        if not self._told.is_enough:
            return False
        signed = self._sign_observation(tick)
        for key in self.due():
            entry = None if key in self.promises.signed else self._wanted(tick, key)
            if entry is not None and self._is_valid(entry) and self._keeps_promises(entry):
                self._sign_entry(tick, key, entry)
                signed = True
        return signed

    def _sign_observation(self, tick: Tick) -> bool:
        period = self.due()[1][1]
        key = (OBSERVATION, period)
        publication = self.promises.wanted(key)
        observed = None if publication is None else publication.observed()
        if observed is None or key in self.promises.signed:
            return False
        level, survey_hash = observed
        promise = self._promise(tick, key, [level, survey_hash])
        self._remember(OBSERVATION, period, promise)
        seen = self.gathering.observations[period][self._core.coop]
        self._tell(tick, one_observation(period, seen))
        return True

    def _wanted(self, tick: Tick, key: Key) -> IndexEntry | None:
        """What the stewards stand for; for a survey, what there is to sign of the coops' levels."""
        publication = self.promises.wanted(key)
        if publication is not None:
            return publication.decided()
        if key[0] == Decision.PRINT:
            return self._proposals.wanted(tick, self._index, self._is_valid)
        return None

    def _is_valid(self, entry: IndexEntry) -> bool:
        """Whether the own log could take the entry in next, were it signed by enough."""
        body = entry.signed_body()
        if body not in self._valid:
            refusal = check_content(entry, charter=self._core.charter, index=self._index)
            self._valid[body] = refusal is None
        return self._valid[body]

    def _keeps_promises(self, entry: IndexEntry) -> bool:
        """Whether signing keeps a print and a change of source that contradict it apart.

        Of one period, some logs might take in the print before the change, and others be left with a change
        after which the print's source is wrong. So a node signs one of the two.
        """
        for (decision, number), promise in self.promises.signed.items():
            if decision == OBSERVATION:
                continue
            other = read_decision(decision, number, decode(promise.content))
            for one, two in ((entry, other), (other, entry)):
                if (
                    one is not None
                    and two is not None
                    and isinstance(one.decided, Print)
                    and isinstance(two.decided, SourceChange)
                    and one.decided.period >= two.decided.first_period
                    and one.decided.source < two.decided.number
                ):
                    return False
        return True

    def _sign_entry(self, tick: Tick, key: Key, entry: IndexEntry) -> None:
        promise = self._promise(tick, key, entry.content())
        self.gathering.remember(self._core.coop, entry, promise.signature)
        signed = replace(entry, signatures=((self._core.coop, promise.signature),))
        self._tell(tick, DecisionSigned(signed).encode())
        tick.notice("index_signed", decision=entry.decision.name.lower(), number=entry.number)

    def _promise(self, tick: Tick, key: Key, content: Value) -> Promise:
        """Sign a content for good."""
        encoded = encode(content)
        signature = self._core.signer.content(decision=key[0], number=key[1], content=encoded)
        promise = Promise(content=encoded, signature=signature)
        self.promises.save(tick, key, promise)
        return promise

    def _take_in(self, tick: Tick, own: Appender) -> bool:
        """Let the own log take in a decision that is certified; whether it did."""
        chartered = self._chartered
        if not own.has_room(tick):
            return False
        for key in self.due():
            for entry in self.gathering.grouped(key):
                if chartered is None or len(entry.signatures) < quorum_of(entry, chartered):
                    continue
                if self._is_valid(entry) and self._append(tick, own, entry):
                    return True
        return False

    def _append(self, tick: Tick, own: Appender, entry: IndexEntry) -> bool:
        data = encode_transaction(entry)
        if own.append(tick, [data]).count == 0:
            self._valid[entry.signed_body()] = False
            return False
        self._certificates.keep(tick, data)
        tick.notice("index_taken", decision=entry.decision.name.lower(), number=entry.number)
        self._notice_due(tick)
        return True

    def wake_at_ms(self) -> int | None:
        """When something may become due by time alone, on the steady clock."""
        if self._chartered is None:
            return None
        times = [self._tell_at_ms, self.surveys.wake_at_ms()]
        if self.due()[1] not in self.promises.signed:
            times.append(self._proposals.wake_at_ms())
        return min(at for at in times if at is not None)
