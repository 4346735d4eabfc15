"""The bounds and intervals of links between nodes, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Times in milliseconds, sizes in bytes."""

    message_bytes: int = 4 * 1024 * 1024 + 1024
    """The largest message that is read: the largest evidence, and what it comes wrapped in."""
    handshake_ms: int = 10_000
    """How long a handshake may take as a whole."""
    handshakes: int = 64
    """How many handshakes may be under way at a time, from anybody."""
    handshakes_each: int = 8
    """How many of them from one address; see `doorstep` for whose turn it is when all places are taken."""
    heartbeat_ms: int = 10_000
    """How often a silent link is probed; no answer within half of it, and it is dead."""
    outgoing_bytes: int = 32 * 1024 * 1024
    """How much may wait to be sent over a link; further messages are dropped."""
    outgoing_messages: int = 4_096
    """How many messages may wait to be sent."""
    stall_ms: int = 30_000
    """How long a peer may take to read one message."""
    messages_per_second: int = 2_000
    """How many messages a peer may send in the long run."""
    messages_burst: int = 5_000
    """How many at once."""
    bytes_per_second: int = 128 * 1024 * 1024
    """How much a peer may send in the long run."""
    bytes_burst: int = 256 * 1024 * 1024
    """How much at once."""
    flood_ms: int = 10_000
    """How long a peer may go on sending at the bound before it counts as a flood."""
    flood_told_ms: int = 1_000
    """How long it may before the log has a line about it."""
    backoff_least_ms: int = 250
    """The wait before the second attempt to reach a peer; it doubles up to the most."""
    backoff_most_ms: int = 30_000
    """The longest wait between two attempts."""
    unnamed_wait_ms: int = 30_000
    """The least wait before a peer is dialled that the settings don't name, at the address it has signed."""
    penalty_ms: int = 30_000
    """How long a peer that broke the protocol is neither dialled nor let in."""
    stable_ms: int = 10_000
    """A link that lived so long makes the next wait short again."""
    twin_knocks: int = 4
    """After so many links that came while there was one, two nodes seem to have one key,"""
    twin_least_ms: int = 60_000
    """if they went on for so long,"""
    twin_pause_ms: int = 120_000
    """and with no longer pause between them."""
