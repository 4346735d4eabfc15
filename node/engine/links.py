"""What comes from links: peers come and go, and each message goes to the part whose business it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.engine.charter.subject import CharterSubject
from node.engine.core import Core
from node.engine.decisions.decisions import Decisions
from node.engine.events import Event, LinkEvent, LinkNews, PeerBroke, PeerDown, PeerMessage, PeerUp
from node.engine.recording.anchors import Anchors
from node.engine.recording.memos import Memos
from node.engine.recording.names import Names
from node.engine.replication.accusing import take_evidence
from node.engine.replication.branches import Branches
from node.engine.replication.gossip import Gossip
from node.engine.replication.hearing import Hearing
from node.engine.replication.recovery import Recovery
from node.engine.replication.replicas import Replicas
from node.engine.supervision.clock import Clock
from node.engine.supervision.soundness import Soundness
from node.engine.supervision.troubles import Troubles
from node.engine.tick import Tick
from node.engine.wire import (
    AddressNews,
    BranchEntries,
    ClockNews,
    Entries,
    EvidenceNews,
    Get,
    GetBranch,
    Heads,
    MemoDelivery,
    MemoKept,
    Message,
    NewestAnswer,
    NewestQuestion,
    WitnessAnswer,
    WitnessRequest,
)
from node.engine.wire_decisions import Due, Known, Outdated, SubjectMessage, Told
from node.engine.wire_gossip import Differences, Digest, Enough, Outline
from node.engine.wire_names import NamesAnswer, NamesQuestion


@dataclass(slots=True, kw_only=True)
class Links:
    """Knows the parts that have to do with peers, and nothing else."""

    core: Core
    replicas: Replicas
    branches: Branches
    gossip: Gossip
    recovery: Recovery
    anchors: Anchors
    memos: Memos
    names: Names
    decisions: Decisions
    charter: CharterSubject
    clock: Clock
    soundness: Soundness
    troubles: Troubles
    _hearing: Hearing = field(init=False)

    def __post_init__(self) -> None:
        self._hearing = Hearing(self.core, self.decisions.shapes, self._on_message)

    def receive(self, tick: Tick, inbox: Sequence[Event]) -> None:
        """Take in what came from links, in order; what people ask for is passed over."""
        is_asked = any(not isinstance(event, LinkEvent) for event in inbox)
        self._hearing.begin(tick, is_asked=is_asked)
        for event in inbox:
            if isinstance(event, PeerUp):
                self._peer_up(tick, event)
            elif isinstance(event, PeerDown):
                self._peer_down(event.coop)
            elif isinstance(event, LinkNews):
                if event.why_not is not None and event.coop not in self.core.linked.peers:
                    self.core.linked.unreached.add(event.coop)
                self.troubles.link_news(tick, event.coop, event.why_not)
            elif isinstance(event, PeerBroke):
                self.troubles.peer_broke(tick, event)
            elif isinstance(event, PeerMessage):
                self._hearing.hear(tick, event)
        self._hearing.end(tick)

    def _peer_down(self, peer: int) -> None:
        self.core.linked.gone(peer)
        self.core.work.forget(peer)
        self.recovery.peer_down(peer)
        self.clock.peer_down(peer)
        self.replicas.peer_down(peer)
        self.anchors.peer_down(peer)
        self.decisions.peer_down(peer)
        self.charter.versions.peer_down(peer)
        self.branches.peer_down(peer)
        self.gossip.peer_down(peer)

    def _peer_up(self, tick: Tick, event: PeerUp) -> None:
        peer = event.coop
        self.core.linked.come(
            peer,
            answers=event.answers,
            agrees=event.agrees,
            names=event.names,
            compares=event.compares,
        )
        self.charter.versions.peer_up(tick, peer)
        self.clock.peer_up(tick, peer)
        self.gossip.peer_up(tick, peer)
        self.memos.peer_up(peer, acknowledges=event.acknowledges)
        self.branches.peer_up(peer, agrees=event.agrees)
        self.decisions.peer_up(tick, peer, agrees=event.agrees)
        self.charter.requests.peer_up(tick, peer)
        self.recovery.peer_up(tick, peer)

    def _on_message(self, tick: Tick, peer: int, message: Message) -> None:
        match message:
            case Heads():
                self.replicas.on_heads(tick, peer, message)
                self.recovery.heard(peer)
            case Digest() | Outline() | Differences() | Enough():
                self.gossip.on_message(tick, peer, message)
            case Get():
                self.gossip.on_get(tick, peer, message)
            case Entries():
                if not self.soundness.on_entries(tick, message):
                    self.replicas.on_entries(tick, peer, message)
            case GetBranch():
                self.branches.serve(tick, peer, message)
            case BranchEntries():
                self.branches.on_branch(tick, peer, message)
            case WitnessRequest():
                self.anchors.on_request(peer, message)
            case WitnessAnswer():
                self.anchors.on_answer(peer, message)
            case EvidenceNews():
                take_evidence(self.core, self.replicas, tick, peer, message)
            case MemoDelivery():
                self.memos.on_delivery(tick, peer, message)
            case ClockNews():
                self.clock.on_news(tick, peer, message)
            case MemoKept():
                self.memos.on_kept(tick, peer, message)
            case NamesQuestion():
                self.names.on_question(tick, peer, message)
            case NamesAnswer():
                self.names.on_answer(tick, peer, message)
            case NewestQuestion():
                self.recovery.on_question(tick, peer, message)
            case NewestAnswer():
                self.recovery.on_answer(tick, peer, message)
            case AddressNews():
                self.gossip.addresses.on_news(tick, peer, message)
            case Due() | Told() | Known() | SubjectMessage() | Outdated():
                self.decisions.on_message(tick, peer, message)
