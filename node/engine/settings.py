"""The engine's settings: every bound and interval by its name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Times in milliseconds, sizes in bytes."""

    gossip_interval_ms: int = 1_000
    """How often the heads of logs that grew are told to all peers."""
    full_gossip_interval_ms: int = 10_000
    """How often all heads are told, grown or not: it heals what was lost."""
    few_peers: int = 12
    """With so many peers all are neighbours, who are told at once what is new."""
    chords: int = 8
    """How many of more are, beside the two next in the order of numbers."""
    neighbour_interval_ms: int = 60_000
    """How often one of these gives its place to another."""
    push_interval_ms: int = 100
    """How long what logs grew by is gathered before neighbours whom it does not concern are told."""
    relayed_bytes: int = 64 * 1024
    """How large a piece of another's log may be that is passed on unasked; of a larger one its head is."""
    anchor_interval_ms: int = 30_000
    """How long growth of a log that pays nobody may stay unanchored by the coop whose turn is first; the
    second waits twice as long, and so on round."""
    anchor_entries: int = 16_384
    """How far behind the own log lets itself fall: all nodes keep the heads from there on in memory."""
    payee_wait_ms: int = 5_000
    """How long a payment waits for the witnesses of the anchor that makes its payee known."""
    awaiting_payments: int = 1_000
    """How many may wait for that."""
    request_timeout_ms: int = 3_000
    """After this a request to a peer counts as lost and goes to another."""
    recovery_wait_ms: int = 2_000
    """How long a starting node waits for its peers to say what they hold of its own log."""
    restored: bool = False
    """The store was restored from a copy: wait until more than half of the peers have answered."""
    check_interval_ms: int = 1_000
    """How often a part of the stored logs is hashed again, when there is nothing else to do."""
    check_bytes: int = 256 * 1024
    """How much of a log at a time, about."""
    check_rows: int = 100
    """How many segments at a time: each may have a signature to verify."""
    put_back_told_s: int = 14 * 24 * 60 * 60
    """How long people are told that the database was put back, in seconds."""
    mark_interval_ms: int = 60_000
    """How often the mark and the database get a new token while the own log grows (`node.mark`)."""
    mark_entries: int = 65_536
    """After how many entries at the latest."""
    entries_message_bytes: int = 1024 * 1024
    """How much one message of entries carries, about: it ends at a signed head."""
    entries_bytes: int = 3 * 1024 * 1024
    """The most entries that are read in one message. With that much in it evidence is still below the
    protocol's limit, so that whoever signs too much at once can be shown to others."""
    peer_tick_work: int = 10_000
    """How much work, in microseconds about, a peer may cause in one tick; see `node.engine.work`."""
    peer_work: int = 250_000
    """How much in a second, while people wait for this node."""
    peer_tick_ms: int = 10
    """What a tick is worth to a peer at most while people wait, of a second, however long it took."""
    account_payments_per_second: int = 1
    """How often an account may pay through this node in the long run."""
    account_payments_burst: int = 10_000
    """How often at once."""
    excuses_per_second: int = 5
    """How much that a peer says under a newer charter and that can't be checked here is passed over, each
    second in the long run; beyond that it is a breach of protocol."""
    excuses_burst: int = 200
    """How much at once."""
    busy_ms: int = 1_000
    """How long after a request the node counts as one that people wait for."""
    applied_bytes: int = 2 * 1024 * 1024
    """How much of others' logs is judged in one tick, about; the rest waits for the next. It is counted in
    bytes of payments (`node.engine.slices`)."""
    applied_bytes_busy: int = 96 * 1024
    """The same while people wait."""
    served_bytes: int = 4 * 1024 * 1024
    """How much of the logs a peer gets in one tick; it asks again for what it did not get."""
    message_bytes: int = 4 * 1024 * 1024 + 1024
    """The largest message that is read: the largest evidence, and what it comes wrapped in."""
    pending_bytes: int = 16 * 1024 * 1024
    """How much that can't be applied yet is kept for each log."""
    segment_bytes: int = 1024 * 1024
    """How much of the own log one row of the store, and one signed head's message, holds."""
    segment_entries: int = 16_384
    """How many entries at most."""
    memo_bytes: int = 1024
    """The largest sealed memo. One for another coop has at most 1,024 in any case, as the protocol says."""
    waiting_memos: int = 1_000
    """How many memos wait for each coop that has not acknowledged them; then the oldest is dropped."""
    waiting_memo_ms: int = 90 * 24 * 60 * 60 * 1_000
    """How long one waits at most."""
    memos_on_way: int = 64
    """How many memos are sent to a peer before it has acknowledged one."""
    memo_retry_ms: int = 60_000
    """After this a memo that is not acknowledged is sent again over the same link."""
    other_names: int = 10_000
    """How many names of each other coop's accounts are held in memory."""
    other_names_ms: int = 3_600_000
    """How long one is held: so long a name that was erased at its home may be shown here."""
    snapshot_entries: int = 200_000
    """After how many new entries a snapshot is saved."""
    decision_interval_ms: int = 10_000
    """How often peers are told which decisions about the index come next here."""
    survey_closing_ms: int = 6 * 60 * 60 * 1_000
    """How long a survey waits for the other coops once enough have observed."""
    round_ms: int = 10_000
    """How long the first round goes on after a quorum has spoken, when coops don't agree at once; each is
    longer by half than the one before."""
    round_most_ms: int = 300_000
    """How long a round goes on at most."""
    undecided_alarm_ms: int = 3_600_000
    """How long somebody may stand for something that is not decided before people are told."""
    survey_bytes: int = 256 * 1024
    """The largest survey file."""
    address_interval_ms: int = 60_000
    """How long after news of a coop's address no more are taken from peers; its first word is not news."""
    waiting_alarm_ms: int = 60_000
    """How long a log may wait for another before people are told."""
    link_alarm_ms: int = 20_000
    """How long there may be no link to a coop's node before people are told."""
    clock_wait_ms: int = 10_000
    """How long a starting node waits at most for those that it dials or is linked with to say what time it is
    and what they know of its own log."""
    clock_peers_ms: int = 120_000
    """How far clocks of linked nodes may be apart; also from where on a step of the own clock is a jump."""
    clock_own_ms: int = 300_000
    """How far a log's newest entry may be ahead of the clock."""
    clock_leap_ms: int = 180 * 24 * 60 * 60 * 1_000
    """How long after everything in all logs a starting node believes its clock though nobody confirms it."""
    twin_alarm_ms: int = 600_000
    """How long people are told of two nodes with one key after the last sign of it."""
    held_back_told_ms: int = 10_000
    """How long a peer may make more work than it may cause before the log has a line about it."""
    breach_alarm_ms: int = 600_000
    """How long people are told of a peer that broke the protocol, after the last time."""
    reopened_alarm_ms: int = 600_000
    """How long people are told that the store had to be opened again."""
