"""What coops have signed about the index: one content for a number, saved before the signature leaves.

Read from the messages that honest nodes send. A signature of an honest coop in them counts whoever passes
it on, so that one that its coop has forgotten is remembered here.
"""

from collections.abc import Sequence
from typing import Final

from ledger.codec import decode, encode
from node.engine.decisions.promises import document_id
from node.engine.events import Send
from node.engine.wire import Message, decode_message
from node.engine.wire_decisions import Known, Told
from node.store import DocumentKind
from tests.simulation.decided import Decided, name
from tests.simulation.facts import Key
from tests.simulation.nodes import SimNode
from tests.simulation.world import Failure

_SIGNED: Final = (
    encode(["signed", 0, 0, 0, 0])[:-4],
    encode(["observed", 0, 0])[:-2],
    encode(["index told", 0, 0, 0])[:-3],
)


class Promised:
    """Contents by coop and decision, over the whole run."""

    def __init__(self, honest: list[int]) -> None:
        self._honest = frozenset(honest)
        self.contents: dict[tuple[int, Key], bytes] = {}

    def check_sends(self, node: SimNode, sends: Sequence[Send], decided: Decided) -> None:
        """What an honest node sends after a tick."""
        for data in {send.data for send in sends if send.data.startswith(_SIGNED)}:
            for coop, key, content in _signed_in(decode_message(data, max_bytes=len(data))):
                if coop not in self._honest:
                    continue
                if self.contents.setdefault((coop, key), content) != content:
                    raise Failure(f"coop {coop} has signed two contents for {name(key)}")
                if coop == node.coop and not _is_saved(node, key, content, decided):
                    raise Failure(f"{node.name} signed {name(key)} and did not save it")


def _signed_in(message: Message) -> list[tuple[int, Key, bytes]]:
    """(coop, decision, content) of every signature in a message."""
    if isinstance(message, Told):
        return [signed for part in message.known for signed in _signed_in(part)]
    if isinstance(message, Known):
        return [
            (coop, signed.key, signed.content)
            for signed in message.signed()
            for coop, _ in signed.signatures
        ]
    return []


def _is_saved(node: SimNode, key: Key, content: bytes, decided: Decided) -> bool:
    """Whether the disk has the promise, or the node's log the decision, so that there can't be another."""
    index = decided.logs[node.coop]
    kind, number = key
    taken = len(index.sources) >= number if kind == 2 else index.due_window.period > number
    document = node.disk.documents.get((DocumentKind.DECISION, document_id(key)))
    if taken or document is None:
        return taken
    saved = decode(document.data)
    return isinstance(saved, list) and saved[0] == content
