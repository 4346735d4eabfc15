"""The runner's bounds, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """Times in milliseconds, sizes in bytes."""

    requests: int = 4_096
    """How many requests may wait for a tick; more are told to come back later."""
    request_bytes: int = 64 * 1024 * 1024
    """How much those may hold together."""
    peer_messages: int = 256
    """How many messages of one peer may wait for a tick; its link is not read meanwhile."""
    peer_bytes: int = 16 * 1024 * 1024
    """How much those may hold together; a single larger message is let through by itself."""
    tick_events: int = 8_192
    """How many events one tick takes."""
    tick_batched: int = 1_024
    """How many transactions of batches one tick takes while single ones wait: one batch event at least."""
    tick_questions: int = 16
    """How many questions one tick answers, while nothing else is done."""
    idle_ms: int = 10
    """How long nothing must arrive before the engine is woken for work that can wait."""
    reloads: int = 3
    """How many faults in a row are answered by opening the store again."""
    reload_wait_ms: int = 500
    """The pause before the store is opened again after a fault; it doubles each time."""
    calm_ms: int = 600_000
    """After so long without a fault the count of faults begins anew."""
