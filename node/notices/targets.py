"""Who is told where: a browser's push subscription, or an address of mail.

A subscription is an address from outside: it has to be https and lead to the open internet, as a webhook's.
How an address of mail is read stands in `mailboxes`.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal

from node.merchant.packing import fields_of, to_bytes
from node.merchant.refusals import MerchantRefusal
from node.merchant.targets import check_url
from node.notices.mailboxes import mailbox_of
from node.notices.records import NoticeRecord
from node.notices.refusals import NoticeRefusal, NoticesNotDone
from node.store import Record
from node.words.codes import NAMES

P256_BYTES: Final = 65
AUTH_BYTES: Final = 16


class Channel(StrEnum):
    """How somebody is told."""

    PUSH = "push"
    MAIL = "mail"


Role = Literal["member", "steward", "newcomer"]
"""A newcomer waits to be admitted, and is told that alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose it is: a member or newcomer by account, a steward by place, with the key that asked for it."""

    role: Role
    number: int
    key: bytes

    @property
    def shelf(self) -> str:
        """Where this person's targets stand."""
        return f"{self.role}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A browser or a mailbox. Times in milliseconds; `confirmed` is None until the mailbox has answered."""

    id: str
    role: Role
    number: int
    key: str
    channel: Channel
    language: str
    created_ms: int
    endpoint: str = ""
    p256dh: str = ""
    auth: str = ""
    address: str = ""
    confirmed_ms: int | None = None
    join: str = ""
    """The id of a newcomer's request to be admitted."""

    @property
    def person(self) -> Person:
        """Whose it is."""
        return Person(self.role, self.number, bytes.fromhex(self.key))

    def to_record(self) -> Record:
        """The row."""
        return Record(
            kind=NoticeRecord.TARGET,
            id=self.id,
            shelf=self.person.shelf,
            created=self.created_ms,
            data=to_bytes(fields_of(self)),
        )


def read_target(record: Record) -> Target:
    """The value of a row."""
    fields = json.loads(record.data)
    return Target(**fields | {"channel": Channel(fields["channel"])})


def check_endpoint(text: str, *, allow_private: bool) -> str:
    """A push service's address. Raises `NoticeRefusal`."""
    try:
        return check_url(text, allow_private=allow_private)
    except MerchantRefusal as refusal:
        raise NoticeRefusal(
            NoticesNotDone.PUSH_REFUSED, refusal.detail, pointer="/endpoint"
        ) from refusal


def check_keys(p256dh: bytes, auth: bytes) -> None:
    """What a browser gives to encrypt to. Raises `NoticeRefusal`; whether it is a point, `push` sees."""
    if len(p256dh) != P256_BYTES or p256dh[0] != 4:
        raise NoticeRefusal(
            NoticesNotDone.PUSH_REFUSED, "It is not a key of P-256.", pointer="/p256dh"
        )
    if len(auth) != AUTH_BYTES:
        raise NoticeRefusal(
            NoticesNotDone.PUSH_REFUSED, f"It must have {AUTH_BYTES} bytes.", pointer="/auth"
        )


def address_digest(address: str) -> str:
    """What the mailbox of an address is known by where it is not to be kept."""
    return exact_digest(mailbox_of(address))


def exact_digest(address: str) -> str:
    """The same of an address as it is written, large or small."""
    return sha256(b"fiado mailbox " + address.lower().encode("ascii")).hexdigest()[:32]


def known_language(code: str) -> str:
    """A language that notices are written in."""
    return code if code in NAMES else "es"
