"""Giving peers the logs that they ask for: any log that is held here, whoever made it."""

from ledger.chain import extend_all
from ledger.codec import split
from ledger.errors import EncodingError, ProofError
from node.engine.core import Core
from node.engine.costs import CHAIN, reading
from node.engine.reading import read_entries
from node.engine.replication.forks import entries_from_evidence, with_held
from node.engine.tick import Tick
from node.engine.wire import Entries, Get
from node.errors import LogDamaged, PeerFault


def serve(core: Core, tick: Tick, peer: int, message: Get, standing: Entries | None = None) -> None:
    """Send the entries that a peer asks for, so much in one tick; raises `PeerFault`.

    `standing` is what waits to go on with that log. No head covers what is held behind the newest signed one
    but that in `standing`, so the two go together.
    """
    if not core.has_log(message.coop):
        if core.knows_less_than(peer):
            return
        raise PeerFault("asked for the log of a coop that is not in the charter")
    settings, served = core.settings, tick.served_bytes.get(peer, 0)
    if served >= settings.served_bytes or not core.work.may_go_on(peer):
        return
    is_beyond = message.first > core.length(message.coop)
    if is_beyond and standing is None and message.coop not in core.accused:
        return
    try:
        found = read_for_peers(core, message.coop, message.first)
        if found is None:
            found = entries_from_evidence(core, message.coop, message.first)
        if found is None and standing is not None and message.first <= standing.first:
            found = with_held(core, message.first, standing)
        if found is not None:
            _check(core, found)
    except LogDamaged as damage:
        core.suspected.append(damage)
        return
    if found is not None and len(found.entries) <= settings.entries_bytes:
        # (What is answered counts for something even when it is small: reading it did.)
        core.work.spend(peer, CHAIN + 5 * reading(len(found.entries)))
        tick.served_bytes[peer] = served + max(len(found.entries), settings.served_bytes // 64)
        tick.send(peer, found.encode())


def read_for_peers(core: Core, coop: int, first: int) -> Entries | None:
    """Entries from `first` to a signed head, as many as a message takes.

    Where another node key counts from a length on, they end before, if that can be: whoever replicates from
    the first entry learns of the new key only from what others' logs have after they anchored that far.
    """
    found = core.newest.coops.get(coop)
    seams = [] if found is None else [earlier.until for earlier in found.earlier_keys]
    size = core.settings.entries_message_bytes
    return read_entries(core.store, coop, first, max_bytes=size, seams=seams)


def _check(core: Core, found: Entries) -> None:
    """Look at what was read as the peer will, who would take this node for a cheat. Raises `LogDamaged`."""
    try:
        entries = split(found.entries)
        found.signed.check(core.newest)
    except (EncodingError, ProofError) as error:
        raise _damage(found) from error
    is_whole = found.first + len(entries) - 1 == found.signed.length
    if not is_whole or extend_all(found.previous, entries) != found.signed.head:
        raise _damage(found)


def _damage(found: Entries) -> LogDamaged:
    return LogDamaged(coop=found.coop, first=found.first, last=found.signed.length)
