"""Writes the test vectors of the protocol: `python -m tests.vectors.make_vectors`.

Deterministic: the same code writes the same bytes, and a test compares them with what is committed. The
formats are described in README.md beside this file. A vector that changes means that the protocol
changed: other implementations rely on them.
"""

import json
import re
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from nacl import bindings

from ledger.agreement import Subject, Turn, decision_body, support_hash
from ledger.chain import head_message
from ledger.codec import MAX, Value, encode
from ledger.entries import LAST_TIME, decode_entry, decode_transaction, encode_entry
from ledger.memos import memo_reference, proposal_hash, reason_hash
from ledger.messages import (
    TAG_CHARTER,
    TAG_DECISION,
    TAG_ENTRY,
    TAG_HEAD,
    TAG_LINK,
    TAG_SESSION,
    TAG_SUPPORT,
    signed_bytes,
)
from ledger.refusals import Refusal
from ledger.signatures import SigningKey
from ledger.transactions import (
    AccountKeys,
    Acknowledge,
    Admit,
    Anchor,
    Attest,
    Guarantee,
    Leave,
    OpenBooks,
    Pay,
    Price,
    Propose,
    Return,
    Status,
    Stewarded,
    Vote,
    signed_part,
)
from tests.builders import START, Books, books_with_members, build_federation
from tests.government_builders import adopt_bylaws, levy, spend
from tests.vectors.make_charter_changes import charter_change_vectors
from tests.vectors.make_charter_index import charter_index_vectors
from tests.vectors.make_charters import charter_vectors
from tests.vectors.make_evidence import evidence_vectors
from tests.vectors.make_forks import fork_vectors
from tests.vectors.make_government import bylaws_vectors, commons_vectors, terms_vectors
from tests.vectors.make_guarantees import encoded_guarantees, guarantee_vectors
from tests.vectors.make_index import index_transactions
from tests.vectors.make_leaving import encoded_leavings, leaving_vectors
from tests.vectors.make_links import link_vectors, messages
from tests.vectors.make_logs import day_vectors, history_vectors, refusal_vectors, refused
from tests.vectors.make_longer_forms import longer_form_vectors
from tests.vectors.make_names import committed, name_vectors
from tests.vectors.make_opening import encoded_openings, opening_vectors, signers_of_opening
from tests.vectors.make_owning import (
    account_signers,
    encoded_owning,
    owning_vectors,
    signers_of_owning,
)
from tests.vectors.make_receipts import receipt_vectors
from tests.vectors.make_recovery import (
    SIGNED_BY_KEYS,
    encoded_recoveries,
    recovery_vectors,
    signers_of_recovery,
)
from tests.vectors.make_voting import encoded_votes, signers_of_voting, voting_vectors
from tests.voting_builders import message

FOLDER: Final = Path(__file__).parent
FEDERATION: Final = build_federation(seed="vectors", coops=3, witness_quorum=1)
Case = dict[str, Any]


def codec_vectors() -> Case:
    """Values and bytes, PROTOCOL section 2."""
    edges = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, MAX, 2**63 - 1, 2**64 - 1]
    edges += [-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)]
    values: list[Value] = [None, *edges]
    values += [b"", b"\0", bytes(255), bytes(256)]
    values += ["", "a", "ñandú", "a" * 31, "a" * 32, "a" * 255, "a" * 256]
    values += [[], [1, "a", b"b", None, [-1]], [0] * 15, [0] * 16, [0] * 256]
    values.append([[[[[[[[]]]]]]]])
    bad = {
        "nothing": b"",
        "two values": b"\x01\x02",
        "array cut short": b"\x92\x01",
        "1 in two bytes": b"\xcc\x01",
        "127 in two bytes": b"\xcc\x7f",
        "1 as a signed integer": b"\xd0\x01",
        "255 in three bytes": b"\xcd\x00\xff",
        "65535 in five bytes": b"\xce\x00\x00\xff\xff",
        "2^32-1 in nine bytes": b"\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
        "-1 in two bytes": b"\xd0\xff",
        "-32 in three bytes": b"\xd1\xff\xe0",
        "empty binary with a long header": b"\xc5\x00\x00",
        "empty string with a long header": b"\xd9\x00",
        "empty array with a long header": b"\xdc\x00\x00",
        "15 elements with a long header": b"\xdc\x00\x0f" + b"\x00" * 15,
        "array of 257": b"\xdc\x01\x01" + b"\x00" * 257,
        "array claims 2^32-1": b"\xdd\xff\xff\xff\xff",
        "binary claims 2^32-1": b"\xc6\xff\xff\xff\xff",
        "arrays nine deep": b"\x91" * 8 + b"\x90",
        "arrays 5000 deep": b"\x91" * 5000 + b"\x90",
        "false": b"\xc2",
        "true": b"\xc3",
        "float of 32 bits": b"\xca\x3f\x80\x00\x00",
        "float of 64 bits": b"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
        "map": b"\x80",
        "map in an array": b"\x91\x81\x01\x02",
        "extension": b"\xd4\x05\x00",
        "time extension": b"\xd6\xff\x00\x00\x00\x00",
        "unused byte": b"\xc1",
        "string that is not UTF-8": b"\xa1\xff",
        "string with a surrogate": b"\xa3\xed\xa0\x80",
        "string in overlong UTF-8": b"\xa2\xc0\x80",
    }
    return {
        "valid": [{"value": tagged(value), "bytes": encode(value).hex()} for value in values],
        "invalid": [{"note": note, "bytes": data.hex()} for note, data in bad.items()],
    }


def tagged(value: Value) -> Any:
    """JSON has neither binary nor large integers, so both are told by a one-key object."""
    if value is None:
        return None
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, bytes):
        return {"bin": value.hex()}
    if isinstance(value, str):
        return {"str": value}
    return [tagged(item) for item in value]


def message_vectors() -> Case:
    """What signatures cover, for each purpose, PROTOCOL section 3."""
    turn = Turn(place=3, round=1)
    content = encode([5, bytes(32)])
    content_hash = support_hash(decision=2, number=1, content=content)
    bodies = [
        (TAG_CHARTER, b""),
        (TAG_HEAD, encode([7, bytes(range(32))])),
        (TAG_ENTRY, signed_part(Return(coop=2, number=5))),
        (TAG_LINK, b"the body of section 10"),
        (TAG_SESSION, b"the body of section 11"),
        (TAG_DECISION, encode([1, 2, b"content"])),
        (TAG_DECISION, decision_body(decision=2, number=1, content=content, turn=turn)),
        (TAG_SUPPORT, encode([Subject.INDEX.value, turn.place, turn.round, content_hash])),
    ]
    key = FEDERATION.node_keys[2]
    cases = []
    for tag, body in bodies:
        message = signed_bytes(tag, federation=FEDERATION.id, coop=2, body=body)
        cases.append(
            {
                "tag": tag.rstrip(b"\0").decode("ascii"),
                "federation": FEDERATION.id.hex(),
                "coop": 2,
                "body": body.hex(),
                "message": message.hex(),
                "seed": key.seed.hex(),
                "public_key": key.public_key.hex(),
                "signature": key.sign(message).hex(),
            }
        )
    return {"cases": cases}


def encoded_transactions() -> dict[str, bytes]:
    """Transactions of every kind but `index`, which has a file of its own."""
    make = FEDERATION
    reference = memo_reference(salt=bytes(16), text="pan")
    return {
        "bare payment": make.pay(1, payer=7, sequence=1, payee_coop=2, payee=9, amount=1_250),
        "payment with everything": make.pay(
            1,
            payer=2**32 - 1,
            sequence=MAX,
            payee_coop=2**32 - 1,
            payee=0,
            amount=MAX,
            fee=MAX,
            reference=reference,
            price=Price(minor=MAX, day=20_000),
        ),
        "amounts out of range are still well-formed": make.pay(
            1, payer=7, sequence=0, payee_coop=2, payee=9, amount=2**64 - 1, fee=-(2**63)
        ),
        "admission": make.admit(1, 7, handle="ana.b_c-1", class_=1, limit=0),
        "admission with a commitment": make.admit(1, 8, handle=committed(FEDERATION, "ana")),
        "limit for good": make.limit(1, 7, revision=1, limit=50_000),
        "limit with dates": make.limit(
            1, 7, revision=2, limit=50_000, from_=START, until=START + 86_400, after=100
        ),
        "freeze": make.status(1, 7, revision=1, status=Status.FROZEN),
        "thaw": make.status(1, 7, revision=2, status=Status.OPEN),
        "close, signed by three": make.status(
            1, 7, revision=300, status=Status.CLOSED, stewards=[0, 1, 2]
        ),
        "anchor": make.anchor(2, length=300, head=bytes(range(32))),
        "return": make.give_back(2, 70_000),
        "levy": levy(number=3, positive=1_000, negative=500),
        "spending": spend(make, 1, number=3, payee=7, amount=1_250),
        "bylaws": adopt_bylaws(make, 1, {1: 2, 70: 20_000, 103: MAX}),
        **encoded_votes(FEDERATION),
        **encoded_recoveries(FEDERATION),
        **encoded_guarantees(FEDERATION),
        **encoded_leavings(FEDERATION),
        **encoded_openings(FEDERATION),
        **encoded_owning(FEDERATION),
    }


def transaction_vectors() -> Case:
    """Elements, bytes and signatures of every kind, PROTOCOL section 6."""
    encoded = encoded_transactions()
    return {
        "federation": FEDERATION.id.hex(),
        "coop": 1,
        "time": START,
        "cases": [transaction_case(note, data) for note, data in encoded.items()],
        "malformed": malformed_cases(encoded),
    }


def transaction_case(note: str, data: bytes) -> Case:
    transaction = decode_transaction(data)
    assert not isinstance(transaction, Refusal)
    case: Case = {
        "note": note,
        "elements": tagged(transaction.fields()),
        "bytes": data.hex(),
        "entry": encode_entry(START, data).hex(),
    }
    if isinstance(transaction, Anchor):
        case["message"] = head_message(
            federation=FEDERATION.id,
            coop=transaction.coop,
            length=transaction.length,
            head=transaction.head,
        ).hex()
        case["signatures"] = [
            {"seed": FEDERATION.node_keys[coop].seed.hex(), "signature": signature.hex()}
            for coop, signature in transaction.signatures
        ]
    elif isinstance(transaction, Pay | AccountKeys):
        case["signed_part"] = signed_part(transaction).hex()
        case["message"] = FEDERATION.message(1, transaction).hex()
        case["signatures"] = [
            {"seed": seed.hex(), "signature": signature.hex()}
            for seed, signature in signers_of_owning(FEDERATION, transaction)
        ]
    elif isinstance(transaction, SIGNED_BY_KEYS):
        case["signed_part"] = signed_part(transaction).hex()
        case["message"] = FEDERATION.message(1, transaction).hex()
        case["signatures"] = [
            {"seed": seed.hex(), "signature": signature.hex()}
            for seed, signature in signers_of_recovery(FEDERATION, transaction)
        ]
    elif isinstance(transaction, Guarantee | Acknowledge | Stewarded):
        case["signed_part"] = signed_part(transaction).hex()
        case["message"] = FEDERATION.message(1, transaction).hex()
        case["signatures"] = [
            {"seed": seed.hex(), "signature": signature.hex()}
            for seed, signature in signers_of(transaction)
        ]
    elif isinstance(transaction, Propose | Vote | Attest):
        case["signed_part"] = signed_part(transaction).hex()
        case["message"] = message(FEDERATION, 1, transaction).hex()
        case["signatures"] = [
            {"seed": seed.hex(), "signature": signature.hex()}
            for seed, signature in signers_of_voting(FEDERATION, transaction)
        ]
    return case


def signers_of(
    transaction: Guarantee | Acknowledge | Stewarded,
) -> list[tuple[bytes, bytes]]:
    """The seed and the signature of everybody who signed, in order."""
    if isinstance(transaction, Guarantee):
        return account_signers(FEDERATION, transaction.guarantor, transaction.signature)
    if isinstance(transaction, Acknowledge | OpenBooks):
        return signers_of_opening(FEDERATION, transaction)
    stewards = [
        (FEDERATION.steward_keys[1][index].seed, signature)
        for index, signature in transaction.stewards
    ]
    if isinstance(transaction, Admit):
        key = FEDERATION.member_key(1, transaction.account)
        return [(key.seed, transaction.key_signature), *stewards]
    if isinstance(transaction, Leave):
        owner = account_signers(FEDERATION, transaction.account, transaction.signature)
        return [*owner, *stewards]
    return stewards


def malformed_cases(encoded: dict[str, bytes]) -> list[Case]:
    """Entries that are refused before any state is looked at."""
    bare = encoded["bare payment"]
    entries = {
        "too large": encode_entry(START, encode([99, bytes(32_760)])),
        "largest, of an unknown kind": encode_entry(START, encode([99, bytes(32_757)])),
        "empty": b"",
        "no array": encode(5),
        "transaction without time": bare,
        "three elements": b"\x93" + encode(START) + bare + b"\xc0",
        "time negative": encode_entry(-1, bare),
        "time beyond MAX": encode_entry(MAX + 1, bare),
        "time not the shortest": b"\x92\xcd\x00\x05" + bare,
        "time after the year 9999": encode_entry(LAST_TIME + 1, bare),
        "time MAX": encode_entry(MAX, bare),
        "time after the year 9999, kind unknown": encode_entry(MAX, encode([99])),
        "transaction empty": encode_entry(START, encode([])),
        "kind a string": encode_entry(START, encode(["pay"])),
        "kind 99, unknown": encode_entry(START, encode([99])),
        "kind 99": encode_entry(START, encode([99, None])),
        "kind 0": encode_entry(START, encode([0])),
        "kind -1": encode_entry(START, encode([-1])),
        "kind 2^64-1": encode_entry(START, encode([2**64 - 1])),
        "unknown kind with a map": encode_entry(START, b"\x92\x63\x80"),
        "unknown kind, arrays too deep": encode_entry(START, b"\x92\x63" + b"\x91" * 6 + b"\x90"),
        "unknown kind, arrays eight deep": encode_entry(START, b"\x92\x63" + b"\x91" * 5 + b"\x90"),
        "unknown kind with an array of 257": encode_entry(START, encode([99, [0] * 257])),
        "two entries": encode_entry(START, bare) * 2,
        "cut short": encode_entry(START, bare)[:-1],
        "a byte too many": encode_entry(START, bare) + b"\x00",
    }  # fmt: skip
    cases = []
    for note, entry in entries.items():
        found = decode_entry(entry)
        assert isinstance(found, Refusal), note
        cases.append({"note": note, "entry": entry.hex(), **refused(found)})
    return cases


def proof_books() -> Books:
    books = books_with_members(FEDERATION)
    books.pay(1, 1, 2, 2, 1_250)
    books.pay(1, 2, 2, 3, 75, fee=2)
    return books


def sealed_memo(*, salt: bytes, text: str, key: SigningKey, secret: bytes) -> str:
    """What `crypto_box_seal` makes with this secret key, which it draws by chance otherwise."""
    receiver = bindings.crypto_sign_ed25519_pk_to_curve25519(key.public_key)
    sender = bindings.crypto_scalarmult_base(secret)
    nonce = blake2b(sender + receiver, digest_size=24).digest()
    box = bindings.crypto_box(salt + text.encode("utf-8"), nonce, receiver, secret)
    return (sender + box).hex()


def memo_vectors() -> Case:
    """Salted hashes of memos and reasons, and memos sealed to a key, PROTOCOL section 8."""
    salt = bytes(range(16))
    texts = ["", "dos kilos de pan", "café con ñandú 🐦", "x" * 512]
    keys = [SigningKey(bytes([number]) * 32) for number in range(1, len(texts) + 1)]
    secret = bytes(range(32, 64))
    return {
        "sealed": [
            {
                "seed": key.seed.hex(),
                "public_key": key.public_key.hex(),
                "secret": secret.hex(),
                "salt": salt.hex(),
                "text": text,
                "sealed": sealed_memo(salt=salt, text=text, key=key, secret=secret),
            }
            for text, key in zip(texts, keys, strict=True)
        ],
        "too_long": ["x" * 513, "ñ" * 257, "🐦" * 129],
        "cases": [
            {
                "salt": salt.hex(),
                "text": text,
                "memo_reference": memo_reference(salt=salt, text=text).hex(),
                "reason_hash": reason_hash(salt=salt, text=text).hex(),
                "proposal_hash": proposal_hash(salt=salt, text=text).hex(),
            }
            for text in texts
        ],
    }


def all_longer_forms() -> Case:
    """Of an entry of every kind, and of proofs, PROTOCOL section 2."""
    values = {
        ("entry", note): encode_entry(START, data) for note, data in encoded_transactions().items()
    }
    for note, data in index_transactions().items():
        values["entry", note] = encode_entry(START, data)
    books = proof_books()
    length = len(books.logs[1])
    values["receipt", "without a path"] = books.receipt(1, length).encode()
    values["receipt", "with a path"] = books.receipt(1, length - 1, signed_at=length).encode()
    for case in evidence_vectors(books)["valid"]:
        values["evidence", case["note"]] = bytes.fromhex(case["evidence"])
    for note, elements in messages(books).items():
        if len(encode(elements)) < 1_000:
            values["message", note] = encode(elements)
    return longer_form_vectors(values)


MAKERS: Final[dict[str, Callable[[], Case]]] = {
    "codec.json": codec_vectors,
    "charter_changes.json": charter_change_vectors,
    "charter_index.json": charter_index_vectors,
    "charters.json": lambda: charter_vectors(FEDERATION),
    "messages.json": message_vectors,
    "transactions.json": transaction_vectors,
    "refusals.json": refusal_vectors,
    "days.json": day_vectors,
    "bylaws.json": bylaws_vectors,
    "commons.json": commons_vectors,
    "terms.json": terms_vectors,
    "forks.json": fork_vectors,
    "voting.json": voting_vectors,
    "recovery.json": recovery_vectors,
    "names.json": name_vectors,
    "guarantees.json": guarantee_vectors,
    "leaving.json": leaving_vectors,
    "opening.json": opening_vectors,
    "owning.json": owning_vectors,
    "histories.json": history_vectors,
    "receipts.json": lambda: receipt_vectors(proof_books()),
    "memos.json": memo_vectors,
    "evidence.json": lambda: evidence_vectors(proof_books()),
    "longer_forms.json": all_longer_forms,
    "links.json": lambda: link_vectors(proof_books()),
}


_SHORT_ARRAY = re.compile(r'\[\n((?: +(?:-?\d+|"(?:[^"\\\n]|\\.)*"|null|true|false),?\n)+) +\]')
_LONGEST_LINE = 100


def render(content: Case) -> str:
    """The text of a file of vectors: a value on a line, but for short arrays of plain values."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    return _SHORT_ARRAY.sub(_on_one_line, text)


def _on_one_line(found: re.Match[str]) -> str:
    line = f"[{' '.join(item.strip() for item in found[1].splitlines())}]"
    return line if len(line) <= _LONGEST_LINE else found[0]


def main() -> None:
    for name, make in MAKERS.items():
        (FOLDER / name).write_text(render(make()), encoding="utf-8")


if __name__ == "__main__":
    main()
