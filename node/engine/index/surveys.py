"""Survey files: kept by their hash, fetched from other nodes, so that any node serves them.

A node asks for the files of observations that it has heard of, and takes in nothing else. A file is
kept for good: certified values refer to its hash.
"""

from dataclasses import dataclass
from hashlib import sha256

from node.engine.core import Core
from node.engine.tick import Tick
from node.engine.wire_index import SurveyFile, SurveyRequest
from node.errors import PeerFault
from node.store import Document, DocumentKind, Write

_MOST_WANTED = 256


@dataclass(slots=True)
class _Wanted:
    """A file that is asked for: when again, and how often it was; each time another peer is asked."""

    again_ms: int = 0
    asked: int = 0


class Surveys:
    """The files held, and those that are asked for."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._wanted: dict[bytes, _Wanted] = {}
        self._new: dict[bytes, bytes] = {}

    def data(self, hash_: bytes) -> bytes | None:
        """The file with that hash."""
        document = self._core.store.document(DocumentKind.SURVEY, hash_.hex())
        return self._new.get(hash_) if document is None else document.data

    def keep(self, tick: Tick, data: bytes) -> None:
        """Store a file."""
        hash_ = sha256(data).digest()
        self._wanted.pop(hash_, None)
        if self.data(hash_) is not None:
            return
        self._new[hash_] = data
        document = Document(
            kind=DocumentKind.SURVEY, id=hash_.hex(), created=tick.now_ms // 1000, data=data
        )
        tick.changes.append(Write(documents=[document]))

    def committed(self) -> None:
        """What was new is in the store now."""
        self._new.clear()

    def miss(self, hash_: bytes) -> None:
        """Ask for a file at the next tick, if it is not there: the node may have stopped before it came."""
        if len(self._wanted) < _MOST_WANTED and self.data(hash_) is None:
            self._wanted[hash_] = _Wanted()

    def want(self, tick: Tick, hash_: bytes, peer: int | None) -> None:
        """Ask for a file, first of the peer who spoke of it."""
        if hash_ in self._wanted or self.data(hash_) is not None:
            return
        if len(self._wanted) >= _MOST_WANTED:
            self._wanted.pop(next(iter(self._wanted)))
        self._wanted[hash_] = _Wanted()
        self._ask(tick, hash_, peer)

    def run(self, tick: Tick) -> None:
        """Ask again for what did not come, of another peer."""
        peers = sorted(self._core.linked.peers)
        for hash_, wanted in self._wanted.items():
            if wanted.again_ms <= tick.steady_ms:
                self._ask(tick, hash_, peers[wanted.asked % len(peers)] if peers else None)

    def _ask(self, tick: Tick, hash_: bytes, peer: int | None) -> None:
        wanted = self._wanted[hash_]
        wanted.again_ms = tick.steady_ms + self._core.settings.decision_interval_ms
        wanted.asked += 1
        if peer is not None:
            tick.send(peer, SurveyRequest(hash_).encode())

    def on_request(self, tick: Tick, peer: int, message: SurveyRequest) -> None:
        """A peer asks for a file."""
        data = self.data(message.hash)
        if data is not None:
            tick.send(peer, SurveyFile(data).encode())

    def on_file(self, tick: Tick, message: SurveyFile) -> None:
        """A file came; one that nobody asked for is passed over."""
        if len(message.data) > self._core.settings.survey_bytes:
            raise PeerFault("a survey file over the size limit")
        if sha256(message.data).digest() in self._wanted:
            self.keep(tick, message.data)

    def wake_at_ms(self) -> int | None:
        """When to ask again."""
        return min((wanted.again_ms for wanted in self._wanted.values()), default=None)
