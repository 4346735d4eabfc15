"""The JSON values of the interface, as JSON Schema; `openapi.json` and the tests use them.

Amounts are integers in minor units, times Unix seconds, keys and hashes lower-case hex, longer byte
strings base64url without padding. Every object lists all its fields.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger.codec import MAX

Schema = Mapping[str, Any]


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _with_optional(schema: Schema, *optional: str) -> Schema:
    required = [name for name in schema["required"] if name not in optional]
    return {**schema, "required": required}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _hex(length: int, description: str) -> Schema:
    pattern = f"^[0-9a-f]{{{2 * length}}}$"
    return {"type": "string", "pattern": pattern, "description": description}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def reference(name: str) -> Schema:
    """A reference to a schema of this module."""
    return {"$ref": f"#/components/schemas/{name}"}


_TEXT: Final[Schema] = {"type": "string"}
_BOOLEAN: Final[Schema] = {"type": "boolean"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": MAX}
_NUMBER: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
_TIME: Final[Schema] = {**_COUNT, "description": "Unix seconds."}
_AMOUNT: Final[Schema] = {
    "type": "integer",
    "minimum": -MAX,
    "maximum": MAX,
    "description": "Minor units: hundredths of a unit.",
}
_BINARY: Final[Schema] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]+$",
    "description": "base64url without padding.",
}
_HASH: Final = _hex(32, "A SHA-256 hash.")
_KEY: Final = _hex(32, "An Ed25519 public key.")
_SIGNATURE: Final = _hex(64, "An Ed25519 signature.")
_CLASS: Final = _one_of("person", "organisation")
_STATUS: Final = _one_of("open", "frozen", "closed")
_DRAFT_ID: Final = _hex(16, "A draft's id.")
_REASON: Final = _object(salt=_hex(16, "Random bytes."), text={**_TEXT, "maxLength": 512})
_COOP: Final = {"coop": _TEXT, "coop_number": _NUMBER}

_ACCOUNT: Final = {
    **_COOP,
    "account": _NUMBER,
    "handle": _TEXT,
    "class": _CLASS,
    "key": _KEY,
    "status": _STATUS,
}
_MEMBER: Final = {
    **_ACCOUNT,
    "balance": _AMOUNT,
    "limit": _AMOUNT,
    "available": _AMOUNT,
    "next_sequence": _COUNT,
    "revision": _COUNT,
    "opened": _COUNT,
    "schedule": _object(
        before=_AMOUNT,
        **{"from": _TIME},
        limit=_AMOUNT,
        until=_or_null(_TIME),
        after=_or_null(_AMOUNT),
    ),
    "length": _COUNT,
    "time": _TIME,
}
_RECORDED: Final = _object(
    status=_one_of("recorded"),
    **_COOP,
    index=_COUNT,
    repeated=_BOOLEAN,
    receipt=_BINARY,
)
_DRAFT_STATE: Final = _one_of("waiting", "recorded", "overtaken")

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Problem": _with_optional(
        _object(
            type={**_TEXT, "format": "uri"},
            title=_TEXT,
            status={"type": "integer"},
            detail=_TEXT,
            code={**_TEXT, "description": "Stable; for programs."},
            remedy={**_TEXT, "description": "What would make it work."},
            retryable={**_BOOLEAN, "description": "Whether the same request may succeed later."},
            request_id=_TEXT,
            number={"type": "integer", "description": "The refusal's number in the protocol."},
            pointer={**_TEXT, "description": "The field that is wrong."},
        ),
        "number",
        "pointer",
    ),
    "PaymentRequest": _with_optional(
        _object(
            transaction=_BINARY,
            memo=_with_optional(_object(payer=_BINARY, payee=_BINARY), "payer", "payee"),
        ),
        "memo",
    ),
    "TransactionRequest": _with_optional(_object(transaction=_BINARY, reason=_REASON), "reason"),
    "Recorded": _RECORDED,
    "BatchRecorded": _object(
        **_COOP,
        length=_COUNT,
        head=_HASH,
        signature=_SIGNATURE,
        results=_list(
            {
                "type": "integer",
                "description": "The entry's index, or minus the number of the refusal.",
            }
        ),
    ),
    "Payment": _object(
        status=_one_of("recorded", "delivered", "returned"),
        **_COOP,
        index=_COUNT,
        time=_TIME,
        payer=_NUMBER,
        payee_coop=_TEXT,
        payee_coop_number=_NUMBER,
        payee=_NUMBER,
        amount=_AMOUNT,
        fee=_AMOUNT,
        reference=_or_null(_HASH),
    ),
    "Receipt": _object(**_COOP, index=_COUNT, receipt=_BINARY),
    "Challenge": _object(challenge=_BINARY, expires=_TIME, coop_number=_NUMBER, federation=_HASH),
    "SessionRequest": _object(
        role=_one_of("member", "steward"), number=_NUMBER, challenge=_BINARY, signature=_SIGNATURE
    ),
    "Session": _object(
        token=_BINARY, expires=_TIME, role=_one_of("member", "steward"), number=_NUMBER
    ),
    "Account": _object(**_ACCOUNT),
    "Member": _object(**_MEMBER),
    "Me": {
        "oneOf": [
            _object(role=_one_of("member"), **_MEMBER),
            _object(role=_one_of("steward"), number=_NUMBER, name=_TEXT, **_COOP),
        ]
    },
    "Members": _object(members=_list(reference("Member")), next=_or_null(_NUMBER)),
    "History": _object(
        items=_list(
            _object(
                direction=_one_of("out", "in", "returned"),
                **_COOP,
                index=_COUNT,
                time=_TIME,
                amount=_AMOUNT,
                fee=_AMOUNT,
                sequence=_or_null(_COUNT),
                other=_object(**_COOP, account=_NUMBER, handle=_or_null(_TEXT)),
                reference=_or_null(_HASH),
                delivered=_BOOLEAN,
                memo=_or_null(_BINARY),
            )
        ),
        next=_or_null(_TEXT),
        complete=_BOOLEAN,
    ),
    "Changes": _object(
        changes=_list(
            _object(
                index=_COUNT,
                kind=_one_of("limit", "status"),
                time=_TIME,
                reason=_object(hash=_HASH, salt=_or_null(_TEXT), text=_or_null(_TEXT)),
            )
        )
    ),
    "Memo": _object(reference=_HASH, memo=_BINARY),
    "Reason": _object(hash=_HASH, salt=_hex(16, "Random bytes."), text=_TEXT, account=_NUMBER),
    "ProposalRequest": _with_optional(
        _object(key=_KEY, handle={**_TEXT, "maxLength": 32}, **{"class": _CLASS}, limit=_COUNT),
        "class",
        "limit",
    ),
    "Proposal": _object(
        **_COOP,
        account=_NUMBER,
        key=_KEY,
        handle=_TEXT,
        **{"class": _CLASS},
        limit=_AMOUNT,
        expires=_TIME,
    ),
    "JoinRequest": _object(transaction=_BINARY),
    "Join": _object(id=_DRAFT_ID, state=_DRAFT_STATE, account=_NUMBER, handle=_TEXT),
    "DraftRequest": _with_optional(_object(transaction=_BINARY, reason=_REASON), "reason"),
    "SignatureRequest": _object(steward={**_NUMBER, "maximum": 63}, signature=_SIGNATURE),
    "Draft": _object(
        id=_DRAFT_ID,
        origin=_one_of("steward", "join"),
        state=_DRAFT_STATE,
        kind=_one_of("admit", "limit", "status"),
        created=_TIME,
        transaction=_BINARY,
        account=_NUMBER,
        facts={"type": "object", "description": "The fields of the transaction, by its kind."},
        signed_by=_list(_object(steward=_NUMBER, name=_TEXT)),
        needed=_COUNT,
        reason=_or_null(_REASON),
        recorded=_or_null(_RECORDED),
    ),
    "Drafts": _object(drafts=_list(reference("Draft"))),
    "Health": _object(status=_one_of("alive"), validator=_TEXT, version=_TEXT, coop=_TEXT),
    "Ready": _object(ready=_BOOLEAN, readiness=_one_of("ready", "recovering", "behind", "halted")),
    "Status": _object(
        **_COOP,
        federation=_HASH,
        name=_TEXT,
        unit=_TEXT,
        readiness=_one_of("ready", "recovering", "behind", "halted"),
        validator=_TEXT,
        version=_TEXT,
        time=_TIME,
        peers=_list(_TEXT),
        accused=_list(_TEXT),
        waiting=_list(_object(log=_TEXT, **{"for": _TEXT})),
        in_transit=_object(items=_COUNT, amount=_AMOUNT),
        sum=_AMOUNT,
    ),
    "Digest": _object(digest=_HASH, lengths={"type": "object", "additionalProperties": _COUNT}),
    "Logs": _object(
        logs=_list(
            _object(
                **_COOP,
                length=_COUNT,
                head=_HASH,
                time=_TIME,
                position=_AMOUNT,
                held=_AMOUNT,
                clearing_limit=_AMOUNT,
                commons=_AMOUNT,
                accounts=_COUNT,
                anchored={"type": "object", "additionalProperties": _COUNT},
                accused=_BOOLEAN,
                signed_head=_or_null(_object(length=_COUNT, head=_HASH, signature=_SIGNATURE)),
            )
        )
    ),
    "SignedHead": _object(**_COOP, length=_COUNT, head=_HASH, signature=_SIGNATURE),
    "EvidenceList": _object(
        evidence=_list(_object(digest=_HASH, **_COOP, kind=_one_of("fork", "invalid")))
    ),
}
"""All schemas by name."""
