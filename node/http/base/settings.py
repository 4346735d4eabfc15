"""The bounds of the HTTP interface, by name."""

from dataclasses import dataclass
from typing import Final

MOST_ENTRIES_BYTES: Final = 4 * 1024 * 1024
"""The most that one request for entries is given, if the operator does not say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Times in milliseconds, sizes in bytes, amounts in minor units."""

    payment_bytes: int = 40 * 1024
    """The largest body of a single payment or transaction, as bytes or JSON."""
    quick_payments: bool = True
    """Whether plain requests for single payments go the short way (`node.http.quick`)."""
    json_bytes: int = 64 * 1024
    """The largest body of any other JSON request."""
    memo_bytes: int = 1024
    """The largest sealed memo."""
    batch_bytes: int = 8 * 1024 * 1024
    """The largest body of a batch."""
    batch_transactions: int = 131_072
    """The most transactions of a batch. A body of that size has no more, as each is signed with 64 bytes."""
    batches: int = 8
    """How many batches may be recorded at a time."""
    batches_each: int = 4
    """How many of them one address may have."""
    batches_held_bytes: int = 64 * 1024 * 1024
    """How much of batches' bodies is in memory, arriving or being recorded."""
    batches_held_bytes_each: int = 16 * 1024 * 1024
    """How much of that one address may have; at least `batch_bytes`, or the largest never fit."""
    head_ms: int = 10_000
    """How long a request's head may take to arrive, from its first byte or the connection's opening."""
    body_ms: int = 30_000
    """How long a client may take to send a body."""
    send_ms: int = 30_000
    """In how long a reader has to take `send_least_bytes` of what waits for it, or be let go."""
    send_least_bytes: int = 16_384
    """How much; of a large answer a twentieth, if that is more."""
    entries_bytes: int = MOST_ENTRIES_BYTES
    """The most that one request for entries is given."""
    entries_held_bytes: int = 64 * 1024 * 1024
    """How much of such answers is in memory, being read or sent."""
    entries_held_bytes_each: int = 16 * 1024 * 1024
    """How much of that one address may have; at least `entries_bytes`."""
    page_items: int = 200
    """The most items of one page."""
    connections: int = 4_000
    """How many connections may be open; fewer where the system allows fewer."""
    connections_each: int = 256
    """How many of them from one address; with `trust_forwarded` there is no such bound, all come from one."""
    long_polls: int = 2_000
    """How many requests may wait for a delivery, or for news of invoices."""
    long_polls_each: int = 200
    """How many of them from one address."""
    long_poll_ms: int = 30_000
    """The longest wait of one of them."""
    challenge_ms: int = 60_000
    """How long a challenge may be answered."""
    session_ms: int = 3_600_000
    """How long a session lasts."""
    sessions: int = 20_000
    """How many sessions are kept; the oldest goes when one more comes."""
    sessions_each: int = 16
    """How many of them one member or steward may have."""
    proposal_ms: int = 600_000
    """How long the number of a proposed account is kept free."""
    proposals: int = 1_000
    """How many of them are kept."""
    joins: int = 1_000
    """How many requests to be admitted may wait."""
    drafts: int = 1_000
    """How many drafts may wait for signatures."""
    join_ms: int = 30 * 24 * 60 * 60 * 1_000
    """How long a request to be admitted waits for the stewards."""
    draft_ms: int = 60 * 24 * 60 * 60 * 1_000
    """How long a draft waits for signatures."""
    owned_drafts: int = 16
    """How many drafts of its owners the node keeps for a joint account."""
    owned_draft_bytes: int = 4_096
    """The largest of them."""
    log_for_members: bool = False
    """Whether entries, receipts and single payments are given only to members and stewards of the coop."""
    first_limit: int = 0
    """The first credit limit that a proposal has when the person names none."""
    codes_waiting: int = 16
    """How many QR codes may wait to be drawn; one at a time is."""
    codes_waiting_each: int = 4
    """How many of them for one address."""
    codes_kept: int = 256
    """How many drawn ones are kept."""
    costly_per_minute: int = 120
    """How many calls with a signature check, a stored answer or a new QR code one address may make."""
    costly_burst: int = 60
    """How many of them at once."""
    debt_ms: int = 10_000
    """How long an address has to wait at most, whatever it has caused."""
    refused_ms: int = 500
    """After how long a request learns that it came too soon or found no room."""
    screened: int = 256
    """How many payments of addresses that have to wait may be looked at, because theirs may be good."""
    screened_each: int = 64
    """How many of them for one address."""
    work_per_second: int = 100_000
    """How much an address may make the node read, in microseconds of work about, in the long run."""
    work_burst: int = 200_000
    """How much of it at once."""
    addresses: int = 20_000
    """How many addresses the rate bounds remember."""
    evidence_items: int = 1_000
    """The most pieces of evidence in one list."""
    branch_items: int = 1_000
    """The most branches of forked logs in one list."""
    trust_forwarded: bool = False
    """Whether the last address in X-Forwarded-For is the client's: only behind an own proxy."""
    stop_ms: int = 10_000
    """How long requests under way may take to end when the node stops."""
