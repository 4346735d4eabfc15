"""The JSON values of the interface, as JSON Schema; `openapi.json` and the tests use them.

Amounts are integers in minor units, times Unix seconds, keys and hashes lower-case hex, longer byte
strings base64url without padding. Every object lists all its fields.
"""

from collections.abc import Mapping
from typing import Final

from ledger.kinds import REASONED_KINDS, STEWARDS_KINDS, names_of
from node.engine.health.status import Readiness
from node.engine.health.troubles import NOT_ARRIVING, Severity, TroubleKind
from node.http.base.schema_parts import (
    AMOUNT,
    BINARY,
    BOOLEAN,
    CLASS,
    COOP,
    COUNT,
    DRAFT_ID,
    HASH,
    KEY,
    NUMBER,
    REASON,
    SIGNATURE,
    STATUS,
    TEXT,
    TIME,
    Schema,
    hex_,
    list_,
    object_,
    one_of,
    or_null,
    reference,
    with_optional,
)
from node.http.merchant.schemas import MERCHANT_SCHEMAS

_READINESS: Final = one_of(*(each.value for each in Readiness))
_ACCOUNT: Final = {
    **COOP,
    "account": NUMBER,
    "handle": TEXT,
    "class": CLASS,
    "key": KEY,
    "status": STATUS,
}
_MEMBER: Final = {
    **_ACCOUNT,
    "balance": AMOUNT,
    "limit": AMOUNT,
    "available": AMOUNT,
    "next_sequence": COUNT,
    "revision": COUNT,
    "opened": COUNT,
    "schedule": reference("Schedule"),
    "length": COUNT,
    "time": TIME,
}
_ACCOUNT_OF_KEY: Final = object_(account=NUMBER, handle=TEXT, status=STATUS)
_RECORDED: Final = object_(
    status=one_of("recorded"),
    **COOP,
    index=COUNT,
    repeated=BOOLEAN,
    receipt=BINARY,
)
_PAYMENT_STATUS: Final = one_of("recorded", "delivered", "returned")
_DRAFT_STATE: Final = one_of("waiting", "recorded", "overtaken")

_DAY: Final = {**TEXT, "format": "date"}
_VALUE: Final = {**COUNT, "description": "Millionths of the national currency."}
_SURVEYS: Final = {**or_null(COUNT), "description": "Of surveys; null with another method."}
_PRINT: Final = object_(
    period=COUNT,
    period_name=TEXT,
    value={
        "type": "integer",
        "description": "Tenths of a percent; a survey's level in millionths.",
    },
    source=COUNT,
    stand_in=BOOLEAN,
    late=list_(object_(period=COUNT, change={"type": "integer"})),
)
_SOURCE: Final = object_(
    number=COUNT, first_period=COUNT, first_period_name=TEXT, description_hash=HASH
)

_OWN: Final[Mapping[str, Schema]] = {
    "Problem": with_optional(
        object_(
            type={**TEXT, "format": "uri"},
            title=TEXT,
            status={"type": "integer"},
            detail=TEXT,
            code={**TEXT, "description": "Stable; for programs."},
            remedy={**TEXT, "description": "What would make it work."},
            retryable={**BOOLEAN, "description": "Whether the same request may succeed later."},
            request_id=TEXT,
            number={"type": "integer", "description": "The refusal's number in the protocol."},
            pointer={**TEXT, "description": "The field that is wrong."},
        ),
        "number",
        "pointer",
    ),
    "PaymentRequest": with_optional(
        object_(
            transaction=BINARY,
            memo=with_optional(object_(payer=BINARY, payee=BINARY), "payer", "payee"),
        ),
        "memo",
    ),
    "TransactionRequest": with_optional(object_(transaction=BINARY, reason=REASON), "reason"),
    "Recorded": object_(
        **_RECORDED["properties"],
        warnings={
            **list_(one_of(*(kind.value for kind in NOT_ARRIVING))),
            "description": "Why the payment will not arrive until people decide, if that is known.",
        },
    ),
    "BatchRecorded": object_(
        **COOP,
        length=COUNT,
        head=HASH,
        signature=SIGNATURE,
        results=list_(
            {
                "type": "integer",
                "description": "The entry's index, or minus the number of the refusal.",
            }
        ),
    ),
    "Payment": object_(
        status=_PAYMENT_STATUS,
        **COOP,
        index=COUNT,
        time=TIME,
        payer=NUMBER,
        payee_coop=TEXT,
        payee_coop_number=NUMBER,
        payee=NUMBER,
        amount=AMOUNT,
        fee=AMOUNT,
        reference=or_null(HASH),
    ),
    "Receipt": object_(**COOP, index=COUNT, receipt=BINARY),
    "Challenge": object_(challenge=BINARY, expires=TIME, coop_number=NUMBER, federation=HASH),
    "SessionRequest": object_(
        role=one_of("member", "steward"), number=NUMBER, challenge=BINARY, signature=SIGNATURE
    ),
    "AccountsRequest": object_(key=KEY, challenge=BINARY, signature=SIGNATURE),
    "KeyAccounts": object_(
        **COOP,
        accounts=list_(_ACCOUNT_OF_KEY),
    ),
    "Session": object_(token=BINARY, expires=TIME, role=one_of("member", "steward"), number=NUMBER),
    "Account": object_(**_ACCOUNT),
    "Member": object_(**_MEMBER),
    "Schedule": object_(
        before=AMOUNT,
        **{"from": TIME},
        limit=AMOUNT,
        until=or_null(TIME),
        after=or_null(AMOUNT),
    ),
    "MemberSelf": object_(role=one_of("member"), **_MEMBER),
    "StewardSelf": object_(role=one_of("steward"), number=NUMBER, name=TEXT, **COOP),
    "Me": {
        "oneOf": [reference("MemberSelf"), reference("StewardSelf")],
        "discriminator": {
            "propertyName": "role",
            "mapping": {
                "member": "#/components/schemas/MemberSelf",
                "steward": "#/components/schemas/StewardSelf",
            },
        },
    },
    "Members": object_(members=list_(reference("Member")), next=or_null(NUMBER)),
    "History": object_(
        items=list_(
            object_(
                direction=one_of("out", "in", "returned"),
                **COOP,
                index=COUNT,
                time=TIME,
                amount=AMOUNT,
                fee=AMOUNT,
                sequence=or_null(COUNT),
                other=object_(**COOP, account=NUMBER, handle=or_null(TEXT)),
                reference=or_null(HASH),
                delivered=BOOLEAN,
                status={
                    **_PAYMENT_STATUS,
                    "description": "“returned”: the payee's account was closed, and the payer has it again.",
                },
                memo=or_null(BINARY),
            )
        ),
        next=or_null(TEXT),
        complete=BOOLEAN,
    ),
    "Changes": object_(
        changes=list_(
            object_(
                index=COUNT,
                kind=one_of(*names_of(REASONED_KINDS)),
                time=TIME,
                reason=object_(hash=HASH, salt=or_null(TEXT), text=or_null(TEXT)),
            )
        )
    ),
    "Memo": object_(reference=HASH, memo=BINARY),
    "Reason": object_(hash=HASH, salt=hex_(16, "Random bytes."), text=TEXT, account=NUMBER),
    "ProposalRequest": with_optional(
        object_(key=KEY, handle={**TEXT, "maxLength": 32}, **{"class": CLASS}, limit=COUNT),
        "class",
        "limit",
    ),
    "Proposal": object_(
        **COOP,
        account=NUMBER,
        key=KEY,
        handle=TEXT,
        **{"class": CLASS},
        limit=AMOUNT,
        expires=TIME,
    ),
    "JoinRequest": object_(transaction=BINARY),
    "Join": object_(id=DRAFT_ID, state=_DRAFT_STATE, account=NUMBER, handle=TEXT, expires=TIME),
    "DraftRequest": with_optional(object_(transaction=BINARY, reason=REASON), "reason"),
    "SignatureRequest": object_(steward={**NUMBER, "maximum": 63}, signature=SIGNATURE),
    "Draft": object_(
        id=DRAFT_ID,
        origin=one_of("steward", "join"),
        state=_DRAFT_STATE,
        kind=one_of(*names_of(STEWARDS_KINDS)),
        created=TIME,
        transaction=BINARY,
        account=NUMBER,
        facts={"type": "object", "description": "The fields of the transaction, by its kind."},
        signed_by=list_(object_(steward=NUMBER, name=TEXT)),
        needed=COUNT,
        reason=or_null(REASON),
        recorded=or_null(_RECORDED),
        expires=TIME,
        same_handle=list_(DRAFT_ID),
        accounts_of_key=list_(_ACCOUNT_OF_KEY),
    ),
    "Drafts": object_(drafts=list_(reference("Draft"))),
    "Addresses": object_(
        addresses=list_(
            object_(
                **COOP,
                serial={
                    **COUNT,
                    "description": "Of two statements the one with the higher counts.",
                },
                time=TIME,
                url=TEXT,
                signature=SIGNATURE,
            )
        )
    ),
    "Health": object_(status=one_of("alive"), validator=TEXT, version=TEXT, coop=TEXT),
    "Ready": object_(ready=BOOLEAN, readiness=_READINESS, troubles=list_(reference("Trouble"))),
    "Trouble": object_(
        kind=one_of(*(each.value for each in TroubleKind)),
        severity=one_of(*(each.value for each in Severity)),
        coop=or_null({**TEXT, "description": "Which cooperative it is about."}),
        other=or_null({**TEXT, "description": "Which other cooperative is the cause of it."}),
        seconds={**COUNT, "description": "How long it has lasted, where that is known."},
        values={
            "type": "object",
            "description": "What else belongs to it.",
            "additionalProperties": {"type": ["string", "integer"]},
        },
        detail={**TEXT, "description": "What is wrong, in words."},
        remedy={**TEXT, "description": "What helps, in words."},
    ),
    "Status": object_(
        **COOP,
        federation=HASH,
        name=TEXT,
        unit=TEXT,
        readiness=_READINESS,
        validator=TEXT,
        version=TEXT,
        time=TIME,
        peers=list_(TEXT),
        accused=list_(TEXT),
        waiting=list_(object_(log=TEXT, **{"for": TEXT})),
        unanchored=list_(TEXT),
        troubles=list_(reference("Trouble")),
        in_transit=object_(items=COUNT, amount=AMOUNT),
        sum=AMOUNT,
    ),
    "Digest": object_(digest=HASH, lengths={"type": "object", "additionalProperties": COUNT}),
    "Logs": object_(
        logs=list_(
            object_(
                **COOP,
                length=COUNT,
                head=HASH,
                time=TIME,
                position=AMOUNT,
                held=AMOUNT,
                clearing_limit=AMOUNT,
                commons=AMOUNT,
                accounts=COUNT,
                anchored={"type": "object", "additionalProperties": COUNT},
                accused=BOOLEAN,
                signed_head=or_null(object_(length=COUNT, head=HASH, signature=SIGNATURE)),
            )
        )
    ),
    "SignedHead": object_(**COOP, length=COUNT, head=HASH, signature=SIGNATURE),
    "EvidenceList": object_(
        evidence=list_(object_(digest=HASH, **COOP, kind=one_of("fork", "invalid", "decision")))
    ),
    "Index": object_(
        coop=TEXT,
        method=one_of("cer", "uf", "survey"),
        currency=TEXT,
        source=TEXT,
        publishers=list_(TEXT),
        quorum=COUNT,
        source_quorum=COUNT,
        step_cap=COUNT,
        stand_in_limit=COUNT,
        quote_days=COUNT,
        observations_needed=_SURVEYS,
        lead_days=_SURVEYS,
        pace_weeks=_SURVEYS,
        base_day=_DAY,
        base_value=_VALUE,
        known_until=_DAY,
        next_period=COUNT,
        next_period_name=TEXT,
        next_source=COUNT,
        prints=COUNT,
        today=_DAY,
        day=COUNT,
        value=or_null(_VALUE),
    ),
    "IndexValues": object_(
        currency=TEXT, values=list_(object_(day=_DAY, value=_VALUE)), known_until=_DAY
    ),
    "IndexPrints": object_(prints=list_(_PRINT), sources=list_(_SOURCE)),
    "IndexDecisions": object_(
        next_period=COUNT,
        next_period_name=TEXT,
        next_source=COUNT,
        contents=list_(
            object_(
                decision=COUNT,
                number=COUNT,
                print=or_null(_PRINT),
                source=or_null(_SOURCE),
                levels={"type": "object", "additionalProperties": _VALUE},
                signed_by=list_(TEXT),
                needed=COUNT,
            )
        ),
        observations=list_(object_(coop=TEXT, level=_VALUE, survey=HASH)),
        publications=list_(
            object_(
                decision=COUNT,
                number=COUNT,
                publication=BINARY,
                signed_by=list_(TEXT),
                needed=COUNT,
            )
        ),
    ),
    "Publication": with_optional(object_(publication=BINARY, survey=BINARY), "survey"),
    "Published": object_(
        decision=COUNT, number=COUNT, signed_by=list_(TEXT), needed=COUNT, signed=BOOLEAN
    ),
}


def merged(*parts: Mapping[str, Schema]) -> dict[str, Schema]:
    """Schemas of several parts of the interface; one name for two of them is a mistake in the program."""
    together: dict[str, Schema] = {}
    for part in parts:
        twice = together.keys() & part.keys()
        if twice:
            raise ValueError(f"two schemas of one name: {', '.join(sorted(twice))}")
        together |= part
    return together


SCHEMAS: Final[Mapping[str, Schema]] = merged(_OWN, MERCHANT_SCHEMAS)
"""All schemas by name."""
