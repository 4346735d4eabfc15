"""Mail by the operator's server: one message over one connection, by the standard library, in a thread."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

_PERMANENT: Final = 500


class Security(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The operator's server, and who the node is there."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str
    timeout_s: float


class MailFailure(Exception):
    """It was not taken. `is_address`: the server refuses this address; `is_gone`: for good."""

    def __init__(self, why: str, *, is_address: bool = False, is_gone: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_address = is_address
        self.is_gone = is_gone


_LONGEST_LINE: Final = 990
"""Bytes of a header's line; RFC 5322 allows 998."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message. `id_` is the same for the same; at `stop_url` one click ends these mails (RFC 8058)."""

    to: str
    subject: str
    text: str
    id_: str
    stop_url: str


def compose(letter: Letter, *, sender: str, now: int) -> EmailMessage:
    """The message as it is sent."""
    message = EmailMessage(policy=SMTP)
    headers: Mapping[str, str] = {
        "From": sender,
        "To": letter.to,
        "Subject": letter.subject,
        "Date": format_datetime(datetime.fromtimestamp(now, UTC)),
        "Message-ID": f"<{letter.id_}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{letter.stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for name, value in headers.items():
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    # Folded, an address would be encoded as texts are, and mail programs would find none.
    message.policy = SMTP.clone(max_line_length=_LONGEST_LINE)
    return message


def send(server: MailServer, letter: Letter, *, now: int) -> None:
    """Hand it to the server, which has it for certain when this returns. Raises `MailFailure`.

    It waits: call it in a thread.
    """
    message = compose(letter, sender=server.sender, now=now)
    try:
        with _connected(server) as connection:
            connection.send_message(message, from_addr=server.sender, to_addrs=[letter.to])
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = refused.recipients[letter.to]
        raise MailFailure(
            _said(code, said), is_address=True, is_gone=code >= _PERMANENT
        ) from refused
    except smtplib.SMTPResponseException as refused:
        raise MailFailure(_said(refused.smtp_code, refused.smtp_error)) from refused
    except smtplib.SMTPException as failure:
        raise MailFailure(type(failure).__name__) from failure
    except (OSError, ValueError) as failure:
        raise MailFailure(str(failure)[:200] or type(failure).__name__) from failure


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.security is Security.TLS:
        connection = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_s, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _said(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    printable = "".join(each if each.isprintable() else " " for each in text)
    return f"{code} {printable}"[:200]
