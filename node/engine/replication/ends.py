"""The signature at the end of a log.

Where no more of a log is taken in than another log has anchored, its end may lie in the middle of what came
with one signature. The anchor carries one; without it nobody could take that log from this node.
"""

from dataclasses import replace

from ledger.chain import SignedHead
from ledger.state import Waiting
from node.engine.core import Core
from node.engine.replication.held import is_signed_now
from node.engine.tick import Tick
from node.store import Store


def sign_end_by_anchor(core: Core, tick: Tick, waiting: Waiting) -> None:
    """Keep the signature that an anchor carries where the log ends there without one, because no more of
    it is taken in: without it nobody could take that from this node."""
    coop, length = waiting.coop, waiting.length
    held = core.signed.get(coop)
    is_end = (core.length(coop), core.validator.log(coop).head) == (length, waiting.head)
    if not waiting.signature or not is_end or (held is not None and held.length >= length):
        return
    signed = SignedHead(coop=coop, length=length, head=waiting.head, signature=waiting.signature)
    if not is_signed_now(signed, core.newest):
        return
    new = [place for place, each in enumerate(tick.segments) if each.coop == coop]
    if new:
        last = tick.segments[new[-1]]
        tick.segments[new[-1]] = replace(last, signature=waiting.signature)
    else:
        sign_end(core.store, signed)
    core.signed[coop] = signed


def sign_end(store: Store, signed: SignedHead) -> None:
    """Put the signature to the segment that ends with that head, if it has none."""
    found = store.stored(signed.coop, signed.length)
    if found is None or not found[1]:
        return
    segment = found[0]
    is_end = (segment.last, segment.head) == (signed.length, signed.head)
    if is_end and segment.signature is None:
        store.heal([replace(segment, signature=signed.signature)])
