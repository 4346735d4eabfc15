"""API keys, webhook endpoints and deliveries: values, and how they are kept.

A key is 32 random bytes, shown once; only its SHA-256 is kept, which is also its row's id. The secrets
that sign webhooks are not kept at all: they follow from the node's key (`signing`).
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from node.merchant.packing import fields_of, to_bytes
from node.merchant.records import MerchantRecord
from node.store import Record

KEY_PREFIX: Final = "fk_"


class Power(StrEnum):
    """What a key may do. None of them spends."""

    INVOICES = "invoices"
    """Create, read, cancel and mark invoices, and prepare refunds."""
    READ = "read"
    """Read invoices."""
    WEBHOOKS = "webhooks"
    """Manage webhook endpoints, and follow all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of an account. `hash` is the SHA-256 of its text.

    `owner` is the account's own key when it was made, in hex; "" in rows that are older than this field.
    `expires`: from when on it works no more, in Unix seconds; None: it is not bounded in time.
    """

    id: str
    hash: bytes
    account: int
    label: str
    powers: tuple[Power, ...]
    created_ms: int
    revoked: int | None = None
    owner: str = ""
    expires: int | None = None

    def to_record(self) -> Record:
        """The row."""
        return Record(
            kind=MerchantRecord.API_KEY,
            id=self.hash.hex(),
            shelf=str(self.account),
            created=self.created_ms,
            data=to_bytes(fields_of(self) | {"hash": self.hash.hex()}),
        )


def key_hash(text: str) -> bytes:
    """What is kept of a key."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def read_key(record: Record) -> ApiKey:
    """The value of a row."""
    fields = json.loads(record.data)
    fields["hash"] = bytes.fromhex(fields["hash"])
    fields["powers"] = tuple(map(Power, fields["powers"]))
    return ApiKey(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver: when, what was answered (0: nothing), and what went wrong."""

    time: int
    status: int
    error: str


class Health(StrEnum):
    """How it goes with an endpoint."""

    UNTRIED = "untried"
    """Nothing was sent to it so far."""
    WORKS = "works"
    """It has taken a message, and has failed none since."""
    FAILING = "failing"
    """It has not taken the newest that was sent."""
    DISABLED = "disabled"
    """It is told nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of a merchant's that wants to be told. `types`: of which events; empty: of all.

    `generation` counts the secrets that it had. `disabled`: since when, and `why`. `has_worked`: whether it
    has ever taken a message. `failing_since`: since when it has taken none (Unix seconds), though some were
    sent; then `next_ms` is when it is tried again at the latest. `failure`: the newest attempt that failed.
    """

    id: str
    account: int
    url: str
    types: tuple[str, ...]
    created_ms: int
    generation: int = 1
    disabled: int | None = None
    why: str = ""
    has_worked: bool = False
    failing_since: int | None = None
    failure: Attempt | None = None
    next_ms: int | None = None

    @property
    def health(self) -> Health:
        """How it goes with it."""
        if self.disabled is not None:
            return Health.DISABLED
        if self.failing_since is not None:
            return Health.FAILING
        return Health.WORKS if self.has_worked else Health.UNTRIED

    def wants(self, type_: str) -> bool:
        """Whether it is to be told of events of that type."""
        return self.disabled is None and (not self.types or type_ in self.types)

    def to_record(self) -> Record:
        """The row."""
        return Record(
            kind=MerchantRecord.ENDPOINT,
            id=self.id,
            shelf=str(self.account),
            created=self.created_ms,
            data=to_bytes(
                fields_of(self)
                | {"failure": None if self.failure is None else fields_of(self.failure)}
            ),
        )


def read_endpoint(record: Record) -> Endpoint:
    """The value of a row."""
    fields = json.loads(record.data)
    failure = fields.get("failure")
    return Endpoint(
        **fields
        | {
            "types": tuple(fields["types"]),
            "failure": None if failure is None else Attempt(**failure),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint. `state`: waiting, delivered or failed.

    `message` is the webhook-id: the same at every attempt and every endpoint. `body` are the exact bytes
    that are signed and sent. Failed tries count up `tries`; the last few are kept.
    """

    endpoint: str
    message: str
    type: str
    body: str
    created_ms: int
    state: str = "waiting"
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()

    @property
    def id(self) -> str:
        """Its key: one event goes to one endpoint once."""
        return f"{self.endpoint}/{self.message}"

    def to_record(self, *, due: int | None) -> Record:
        """The row; `due` (milliseconds) is when to try next."""
        return Record(
            kind=MerchantRecord.DELIVERY,
            id=self.id,
            shelf=self.endpoint,
            created=self.created_ms,
            data=to_bytes(
                fields_of(self) | {"attempts": [fields_of(each) for each in self.attempts]}
            ),
            due=due,
        )


def read_delivery(record: Record) -> Delivery:
    """The value of a row."""
    fields = json.loads(record.data)
    attempts = tuple(Attempt(**attempt) for attempt in fields["attempts"])
    return Delivery(**fields | {"attempts": attempts})
