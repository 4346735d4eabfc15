"""The bounds of the merchants' part, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSettings:
    """Times in milliseconds, sizes in bytes."""

    public_url: str = ""
    """How the world reaches this node, such as https://norte.example; payment links begin with it.
    Empty: as whoever creates an invoice says that it reached the node, and the node warns of that."""
    zone: str = ""
    """In which time zone a day begins and ends when takings are summed by day: a name of the IANA
    database, such as America/Argentina/Buenos_Aires. Empty: the zone that the node's machine is set to."""
    private_webhooks: bool = False
    """Whether webhooks may go to private addresses and by plain http: for development, or when the
    merchants' servers are in the node's own network."""
    invoice_ms: int = 900_000
    """How long an invoice can be paid when the merchant does not say: 15 minutes."""
    watched_ms: int = 30 * 86_400_000
    """How long after its end an invoice still takes notice of payments that come too late."""
    remembered_ms: int = 7 * 86_400_000
    """How long an Idempotency-Key is remembered."""
    watched_invoices: int = 250_000
    """How many invoices of one account are watched at a time."""
    invoice_day_bytes: int = 134_217_728
    """How much the new invoices of one account may take in a day, what endpoints are told included."""
    summed_movements: int = 100_000
    """Over how many payments and refunds takings are summed for one request."""
    deliveries_kept_ms: int = 30 * 86_400_000
    """How long deliveries that ended are listed."""
    keys: int = 50
    """How many API keys one account may have that work."""
    endpoints: int = 16
    """How many webhook endpoints one account may have."""
    ended_each_tick: int = 1_000
    """How many invoices end in one tick at most; the others follow in the next."""
    webhook_messages_hour: int = 60
    """How many test messages, and messages again, an account may ask for in an hour."""
    webhook_ms: int = 15_000
    """How long a merchant's server may take to answer."""
    webhook_answer_bytes: int = 4_096
    """How much of its answer is read."""
    webhooks_at_once: int = 16
    """How many messages go to one endpoint at a time."""
    endpoints_at_once: int = 64
    """How many endpoints are served at a time."""
    endpoints_at_once_each: int = 8
    """How many of them may be of one account."""
    endpoints_at_once_target: int = 16
    """How many of them may be on one server, whosever they are."""
    streams: int = 1_000
    """How many streams of events may be open."""
    stream_ms: int = 600_000
    """How long one stays open; whoever reads it connects again."""
    events_kept: int = 1_000
    """How many events of one account are kept, for streams that connect again."""
    events_kept_ms: int = 86_400_000
    """For how long."""
    followed_ms: int = 7 * 86_400_000
    """For how long after an account's stream was opened its events are kept."""
    heartbeat_ms: int = 15_000
    """After how long without an event a stream gets a sign of life."""
