"""The vectors of links, PROTOCOL sections 9.7 and 10, for `make_vectors`.

The handshake byte by byte, every message that nodes send each other, and what breaks the protocol by its
shape, its types and its bounds. What a message says is another matter: a vector can't know who is told what.
"""

from dataclasses import replace
from typing import Any

from ledger.agreement import Turn
from ledger.codec import MAX, Value, decode, encode
from node.addresses import sign_address
from node.engine.wire import AddressNews
from node.engine.wire_decisions import Supported, Told
from node.engine.wire_index import (
    Observed,
    SurveyFile,
    SurveyRequest,
    index_due,
    signed_decision,
)
from node.link import handshake
from node.link.handshake import Hello, LinkRefusal, Transcript
from tests.builders import START, Books
from tests.index_builders import observation
from tests.vectors.make_index import NOVEMBER, SURVEY, WEEK, index_decisions

Case = dict[str, Any]
HASH, NONCE = bytes(range(32)), bytes(range(16))


def link_vectors(books: Books) -> Case:
    """The handshake between coops 1 and 2, and messages, valid and broken."""
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "handshake": handshake_case(books),
        "valid": [
            {"note": note, "message": encode(value).hex()}
            for note, value in messages(books).items()
        ],
        "broken": [{"note": note, "message": data.hex()} for note, data in broken(books).items()],
    }


def handshake_case(books: Books) -> Case:
    """Coop 1 dials coop 2."""
    federation = books.federation
    transcript = Transcript(
        charter=federation.charter,
        dialler=1,
        listener=2,
        dialler_nonce=bytes([1]) * 32,
        listener_nonce=bytes([2]) * 32,
    )
    hello = Hello(federation=federation.id, dialler=1, listener=2, nonce=transcript.dialler_nonce)
    proof = transcript.sign_as_dialler(federation.node_keys[1])
    welcome = transcript.sign_as_listener(federation.node_keys[2])
    elements = list(as_list(hello.encode()))
    return {
        "dialler": 1,
        "listener": 2,
        "dialler_seed": federation.node_keys[1].seed.hex(),
        "listener_seed": federation.node_keys[2].seed.hex(),
        "hello": hello.encode().hex(),
        "challenge": handshake.encode_challenge(transcript.listener_nonce).hex(),
        "dialler_body": encode(
            ["dialler", 1, 2, transcript.dialler_nonce, transcript.listener_nonce]
        ).hex(),
        "proof": handshake.encode_proof(proof).hex(),
        "listener_body": encode(
            ["listener", 1, 2, transcript.dialler_nonce, transcript.listener_nonce]
        ).hex(),
        "welcome": handshake.encode_welcome(welcome).hex(),
        "refused": {reason.value: handshake.encode_refused(reason).hex() for reason in LinkRefusal},
        "wrong_hellos": {
            "malformed": [
                encode([*elements, None]).hex(),
                encode(elements[:4]).hex(),
                encode([*elements[:4], bytes(31)]).hex(),
                encode([*elements[:2], -1, *elements[3:]]).hex(),
                encode([*elements[:2], 2**32, *elements[3:]]).hex(),
                encode(["fiado2.hello", *elements[1:]]).hex(),
                (hello.encode() + b"\x00").hex(),
                encode([elements[0], bytes(500), *elements[2:]]).hex(),
            ],
            "federation_unknown": [encode([elements[0], HASH, *elements[2:]]).hex()],
            "coop_unknown": [
                encode([*elements[:2], 99, *elements[3:]]).hex(),
                encode([*elements[:2], 2, *elements[3:]]).hex(),
            ],
            "not_me": [encode([*elements[:3], 3, elements[4]]).hex()],
        },
        "wrong_proofs": {
            "malformed": [
                encode(["fiado1.proof", proof[:63]]).hex(),
                encode(["fiado1.welcome", proof]).hex(),
            ],
            "key_wrong": [
                encode(["fiado1.proof", welcome]).hex(),
                encode(["fiado1.proof", bytes(64)]).hex(),
            ],
        },
    }


def as_list(data: bytes) -> list[Value]:
    value = decode(data)
    assert isinstance(value, list)
    return value


def messages(books: Books) -> dict[str, list[Value]]:
    """One of every kind, and those at the bounds."""
    head = books.signed_head(1)
    signed: Value = head.value()
    log = books.logs[1]
    evidence = encode(["evidence is judged by itself", 1])
    witnessed: Value = [1, head.length, head.head, books.federation.node_keys[2].sign(b"any")]
    decision, source = index_decisions()
    in_a_round = replace(decision, turn=Turn(place=3, round=1))
    seen = observation(SURVEY, 1, WEEK, 10**9)
    return {
        "heads": ["heads", [signed, books.signed_head(2).value()]],
        "no heads": ["heads", []],
        "256 heads": ["heads", [signed] * 256],
        "a head of the empty log": ["heads", [books.signed_head(1, 0).value()]],
        "get": ["get", 1, 1],
        "get the largest": ["get", 2**32 - 1, MAX],
        "entries": ["entries", 3, books.head(1, 2), b"".join(log[2:]), signed],
        "witness": ["witness", signed],
        "witnessed": ["witnessed", witnessed],
        "evidence": ["evidence", evidence],
        "memo": ["memo", HASH, 7, bytes(100)],
        "the largest memo": ["memo", HASH, 2**32 - 1, bytes(1_024)],
        "memo kept": ["memo kept", HASH, 7],
        "newest?": ["newest?", NONCE],
        "newest": ["newest", NONCE, signed],
        "newest, nothing known": ["newest", NONCE, None],
        "clock": ["clock", 1_767_225_600_000],
        "clock at the beginning": ["clock", 0],
        "clock at the end": ["clock", MAX],
        "address": ["address", address(books)],
        "index next": as_list(index_due(place=3, period=NOVEMBER, source=1).encode()),
        "index due": ["index due", NOVEMBER, 1],
        "signed, a print": as_list(signed_decision(decision).encode()),
        "signed, a change of source": as_list(signed_decision(source).encode()),
        "observed": as_list(Observed(period=WEEK, observations=(seen,)).encode()),
        "index so far": as_list(
            Told(
                "index",
                3,
                (NOVEMBER, 1),
                (signed_decision(decision), Observed(period=WEEK, observations=(seen,))),
            ).encode()
        ),
        "index so far, nothing": as_list(Told("index", 0, (0, 0), ()).encode()),
        "index so far, the most": [
            "index so far", 0, 1, 0, [["observed", 1, []]] * 200
        ],
        "index told": [
            "index told", NOVEMBER, 1, [
                as_list(signed_decision(decision).encode()),
                as_list(Observed(period=WEEK, observations=(seen,)).encode()),
            ]
        ],
        "index told, nothing": ["index told", 0, 0, []],
        "index told, the most": ["index told", 1, 0, [["observed", 1, []]] * 129],
        "signed, in a round": as_list(signed_decision(in_a_round).encode()),
        "support": as_list(Supported(decided=signed_decision(in_a_round)).encode()),
        "support, in the last round": [*as_list(
            Supported(decided=signed_decision(in_a_round)).encode()
        )[:5], 2**31 - 1, []],
        "survey wanted": as_list(SurveyRequest(HASH).encode()),
        "survey": as_list(SurveyFile(b"a file").encode()),
        "address, signed by its coop": address_of(books, "https://sur.example:8440"),
        "address, the longest": address_of(books, "http://" + "a" * 193),
        "address, a number": address_of(books, "http://[2001:db8::1]:65535"),
    }  # fmt: skip


def address_of(books: Books, url: str) -> list[Value]:
    """What coop 2 says of where it answers, from another node."""
    statement = sign_address(
        books.federation.node_keys[2],
        federation=books.federation.id,
        coop=2,
        serial=1_767_225_601,
        time=1_767_225_600,
        url=url,
    )
    return as_list(AddressNews(statement).encode())


def address(books: Books) -> Value:
    """Where coop 1's node answers."""
    federation = books.federation
    return sign_address(
        federation.node_keys[1],
        federation=federation.id,
        coop=1,
        serial=1,
        time=START,
        url="https://fiado.norte.example:8443",
    ).value()


def broken(books: Books) -> dict[str, bytes]:
    """What no honest node sends."""
    good = messages(books)
    head = list(as_list(encode(books.signed_head(1).value())))

    def put(name: str, place: int, value: Value) -> bytes:
        elements = list(good[name])
        elements[place] = value
        return encode(elements)

    def with_head(place: int, value: Value) -> list[Value]:
        return [*head[:place], value, *head[place + 1 :]]

    small = {note: value for note, value in good.items() if len(encode(value)) < 1_500}
    found = {
        f"{note}, and an element more": encode([*value, None]) for note, value in small.items()
    }
    found |= {f"{note}, and an element less": encode(value[:-1]) for note, value in small.items()}
    found |= {f"{note}, and a byte more": encode(value) + b"\x00" for note, value in small.items()}
    found |= {
        "nothing": b"",
        "no array": encode("heads"),
        "an empty array": encode([]),
        "another name": encode(["hello"]),
        "a name as binary": put("get", 0, b"get"),
        "257 heads": encode(["heads", [head] * 257]),
        "heads that are no array": put("heads", 1, b""),
        "a coop below 0": put("get", 1, -1),
        "a coop above 2^32 - 1": put("get", 1, 2**32),
        "first 0": put("get", 2, 0),
        "first above MAX": put("get", 2, MAX + 1),
        "first 2^64 - 1": put("get", 2, 2**64 - 1),
        "first as a string": put("get", 2, "1"),
        "entries from 0": put("entries", 1, 0),
        "entries from beyond their head": put("entries", 1, len(books.logs[1]) + 1),
        "entries after a head of 31 bytes": put("entries", 2, bytes(31)),
        "entries as an array": put("entries", 3, list(books.logs[1][2:])),
        "entries without a head": put("entries", 4, None),
        "a memo's reference of 31 bytes": put("memo", 1, bytes(31)),
        "a memo for an account above 2^32 - 1": put("memo", 2, 2**32),
        "a memo of 1,025 bytes": put("memo", 3, bytes(1_025)),
        "a memo kept under no reference": put("memo kept", 1, None),
        "a question of 15 bytes": put("newest?", 1, NONCE[:15]),
        "an answer to 17 bytes": put("newest", 1, bytes(17)),
        "an address that is none": put("address", 1, [1, 1, START, "ftp://norte", bytes(64)]),
        "an address without a signature": put("address", 1, [1, 1, START, "https://norte"]),
        "a clock before 1970": put("clock", 1, -1),
        "a clock above MAX": put("clock", 1, MAX + 1),
        "a clock that says nothing": put("clock", 1, None),
        "evidence as a string": put("evidence", 1, "text"),
        "a period above MAX": put("index due", 1, MAX + 1),
        "130 things told": put("index told", 3, [["observed", 1, []]] * 130),
        "something else told": put("index told", 3, [["get", 1, 1]]),
        "a place above MAX": put("index next", 1, MAX + 1),
        "201 things so far": put("index so far", 4, [["observed", 1, []]] * 201),
        "something else so far": put("index so far", 4, [["get", 1, 1]]),
        "support without a place": encode([*good["support"][:4], *good["support"][6:]]),
        "support in a round beyond the last": put("support", 5, 2**31),
        "signed in a round beyond the last": put("signed, in a round", 5, 2**31),
        "support of an observation": put("support", 1, 0),
        "a survey wanted by 31 bytes": put("survey wanted", 1, bytes(31)),
    }
    for place, value, what in (
        (0, -1, "a coop below 0"),
        (0, 2**32, "a coop above 2^32 - 1"),
        (1, -1, "a length below 0"),
        (1, MAX + 1, "a length above MAX"),
        (2, bytes(31), "a hash of 31 bytes"),
        (3, bytes(65), "a signature of 65 bytes"),
    ):
        found[f"a head with {what}"] = encode(["heads", [with_head(place, value)]])
        found[f"to be witnessed, {what}"] = encode(["witness", with_head(place, value)])
    told = list(as_list(encode(good["address, signed by its coop"][1])))
    wrong: list[tuple[int, Value, str]] = [
        (0, 2**32, "of a coop above 2^32 - 1"),
        (1, 0, "with serial 0"),
        (1, MAX + 1, "with a serial above MAX"),
        (2, 253402300800, "in the year 10000"),
        (3, b"https://sur.example", "in binary"),
        (3, "https://sur.example/", "with a slash at its end"),
        (3, "https://Sur.example", "with a capital letter"),
        (3, "ftp://sur.example", "of another protocol"),
        (3, "https://sur.example:65536", "with a port above 65535"),
        (3, "https://sur.example:0", "with port 0"),
        (3, "http://" + "a" * 194, "of 201 characters"),
        (4, bytes(63), "with a signature of 63 bytes"),
    ]
    for at, part, what in wrong:
        found[f"an address {what}"] = encode(["address", [*told[:at], part, *told[at + 1 :]]])
    return found
