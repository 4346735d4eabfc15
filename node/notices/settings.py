"""The bounds and the operator's choices of notices, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """Times in milliseconds. Without `push_contact` there is no Web Push, without `mail_host` no mail."""

    push_contact: str = ""
    """Whom a push service may write to about this node's messages: mailto:… or https://…"""
    private_push: bool = False
    """Whether push services may be at private addresses and answer plain http: for development."""
    mail_host: str = ""
    """The operator's mail server."""
    mail_port: int = 587
    mail_security: str = "starttls"
    """How the connection to it is encrypted: "starttls", "tls" from its beginning, or "none"."""
    mail_user: str = ""
    """Who the node is there; the password is in the file mail.password of the node's folder."""
    mail_from: str = ""
    """Whom mail comes from: an address."""
    mail_ms: int = 30_000
    """How long the mail server may take for one message."""
    mail_pause_ms: int = 600_000
    """What is to be told within this time comes as one mail."""
    mails_daily: int = 24
    """How many mails one address gets in a day at most."""
    confirmations_daily: int = 200
    """How many mails a day ask somebody to confirm an address."""
    confirmations_daily_each: int = 3
    """How many of them one person may cause."""
    confirm_ms: int = 86_400_000
    """How long an address waits for its confirmation, and is not asked again."""
    push_ms: int = 15_000
    """How long a push service may take to answer."""
    targets: int = 50_000
    """How many browsers and addresses there may be in all."""
    targets_each: int = 8
    """How many one person may have."""
    waiting_each: int = 100
    """How many notices of one of them are kept; what comes beyond is not told one by one."""
    kept_ms: int = 14 * 86_400_000
    """How long a notice is kept."""
    look_ms: int = 60_000
    """How often limits and the stewards' desk are looked at."""
    senders: int = 16
    """How many messages are on their way at a time."""
    alarm_failures: int = 3
    """After how many failures in a row the operator is told that mail or push fails."""
    reminder_days: int = 7
    """How many days before a limit falls below what somebody owes they are reminded."""
