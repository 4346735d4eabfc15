"""The charter: what is read, and the error of each field by name."""

import re
from hashlib import sha256

import pytest

from ledger.codec import MAX
from ledger.errors import CharterError
from ledger.founding import (
    MAX_CHARTER_BYTES,
    check_charter_signatures,
    format_charter_signatures,
    parse_charter_signatures,
    parse_founding,
    sign_charter,
)
from tests.builders import build_federation, signing_key

FEDERATION = build_federation(seed="charter", coops=3, witness_quorum=1)
SOURCE = FEDERATION.founding.source.decode("utf-8")
KEY = FEDERATION.node_keys[1].public_key.hex()
OTHER_KEY = FEDERATION.node_keys[2].public_key.hex()
STEWARD_KEY = FEDERATION.steward_keys[1][0].public_key.hex()
LIMIT = 'clearing_limit = "10000.00"'


def changed(old: str, new: str) -> bytes:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1).encode("utf-8")


def error_of(source: bytes) -> str:
    with pytest.raises(CharterError) as caught:
        parse_founding(source)
    return str(caught.value)


def test_a_charter_says_what_its_file_says() -> None:
    founding = parse_founding(SOURCE.encode("utf-8"))
    charter = founding.genesis
    assert founding.federation == charter.federation == sha256(SOURCE.encode("utf-8")).digest()
    assert (founding.name, founding.unit) == ("Ferias charter", "fiado")
    assert (charter.witness_quorum, charter.decision_quorum) == (1, 2)
    assert list(charter.coops) == [1, 2, 3]
    coop = charter.coops[2]
    assert (coop.name, coop.title) == ("sur", "Cooperativa sur")
    assert coop.node_key == FEDERATION.node_keys[2].public_key
    assert (coop.clearing_limit, coop.steward_threshold) == (1_000_000, 2)
    assert [steward.key for steward in coop.stewards] == [
        key.public_key for key in FEDERATION.steward_keys[2]
    ]
    assert charter.coop_named("este") is charter.coops[3]
    assert charter.coop_named("nowhere") is None


def test_coops_are_in_order_of_number_whatever_the_order_of_the_file() -> None:
    blocks = SOURCE.split("[[coop]]")
    source = "[[coop]]".join([blocks[0], *[block + "\n" for block in reversed(blocks[1:])]])
    assert list(parse_founding(source.encode()).genesis.coops) == [1, 2, 3]


def test_another_byte_is_another_federation() -> None:
    assert parse_founding(SOURCE.encode() + b"\n").federation != FEDERATION.id


WRONG_FIELDS = [
    # (what stands there, what stands there instead, how the error begins)
    ("fiado = 1", "fiado = 2", "fiado"),
    ("fiado = 1", "fiado = true", "fiado"),
    ("fiado = 1", "fiado = 1.0", "fiado"),
    ("fiado = 1", 'fiado = "1"', "fiado"),
    ("fiado = 1", "", "fiado"),
    ("fiado = 1", "fiado = 1\nextra = 1", "extra"),
    ("[federation]", "[federations]", "federation"),
    ('name = "Ferias charter"', "", "federation.name"),
    ('name = "Ferias charter"', 'name = ""', "federation.name"),
    ('name = "Ferias charter"', f'name = "{"a" * 65}"', "federation.name"),
    ('name = "Ferias charter"', 'name = "a\\nb"', "federation.name"),
    ('name = "Ferias charter"', 'name = "a\\u202Eb"', "federation.name"),
    ('name = "Ferias charter"', 'name = "a\\u200Bb"', "federation.name"),
    ('name = "Ferias charter"', "name = 1", "federation.name"),
    ('name = "Ferias charter"', 'name = "a"\nmore = "b"', "federation.more"),
    ('unit = "fiado"', 'unit = ""', "federation.unit"),
    ('unit = "fiado"', f'unit = "{"a" * 17}"', "federation.unit"),
    ("witness_quorum = 1", "witness_quorum = -1", "federation.witness_quorum"),
    ("witness_quorum = 1", "witness_quorum = 3", "federation.witness_quorum"),
    ("decision_quorum = 2", "decision_quorum = 1", "federation.decision_quorum"),
    ("decision_quorum = 2", "decision_quorum = 4", "federation.decision_quorum"),
    ("number = 1", "number = 0", "coop[0].number"),
    ("number = 1", f"number = {2**32}", "coop[0].number"),
    ("number = 1", "number = 2", "coop.number"),
    ('name = "norte"', 'name = "sur"', "coop.name"),
    ('name = "norte"', 'name = "Norte"', "coop[0].name"),
    ('name = "norte"', 'name = "-norte"', "coop[0].name"),
    ('name = "norte"', 'name = "nor.te"', "coop[0].name"),
    ('name = "norte"', f'name = "{"a" * 33}"', "coop[0].name"),
    ('title = "Cooperativa norte"', 'title = ""', "coop[0].title"),
    ('title = "Cooperativa norte"', f'title = "{"a" * 65}"', "coop[0].title"),
    (KEY, OTHER_KEY, "coop.node_key"),
    (KEY, KEY[:-2], "coop[0].node_key"),
    (KEY, KEY.upper(), "coop[0].node_key"),
    (KEY, "00" * 32, "coop[0].node_key"),  # of small order
    (KEY, "01" + "00" * 31, "coop[0].node_key"),  # the neutral element
    (KEY, "02" + "00" * 31, "coop[0].node_key"),  # not on the curve
    (KEY, "ee" + "ff" * 30 + "7f", "coop[0].node_key"),  # not canonical
    (LIMIT, 'clearing_limit = "10000"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "10000.0"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "10000.000"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "-1.00"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "+1.00"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "01.00"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = ".50"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "1,000.00"', "coop[0].clearing_limit"),
    (LIMIT, "clearing_limit = 10000.00", "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "90071992547409.92"', "coop[0].clearing_limit"),
    (LIMIT, 'clearing_limit = "90071992547409.91"', "coop.clearing_limit"),  # with the others'
    (LIMIT, "", "coop[0].clearing_limit"),
    ("steward_threshold = 2", "steward_threshold = 0", "coop[0].steward_threshold"),
    ("steward_threshold = 2", "steward_threshold = 4", "coop[0].steward_threshold"),
    ("steward_threshold = 2", "steward_threshold = 2\nextra = 1", "coop[0].extra"),
    ('name = "steward 0"', 'name = ""', "coop[0].steward[0].name"),
    ('name = "steward 0"', f'name = "{"a" * 33}"', "coop[0].steward[0].name"),
    ('name = "steward 0"', 'name = "a"\nage = 7', "coop[0].steward[0].age"),
    (STEWARD_KEY, FEDERATION.steward_keys[1][1].public_key.hex(), "coop[0].steward.key"),
    (STEWARD_KEY, "00" * 32, "coop[0].steward[0].key"),
    (STEWARD_KEY, "zz" * 32, "coop[0].steward[0].key"),
]


@pytest.mark.parametrize(("old", "new", "field"), WRONG_FIELDS)
def test_a_wrong_field_is_refused_by_name(old: str, new: str, field: str) -> None:
    assert error_of(changed(old, new)).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "Ferias charter"', f'name = "{"ñ" * 64}"'),
        ("number = 1", f"number = {2**32 - 1}"),
        ('name = "norte"', f'name = "0{"-" * 31}"'),
        (LIMIT, 'clearing_limit = "0.00"'),
        (LIMIT, 'clearing_limit = "90071992527409.91"'),  # with the others' exactly MAX
        (STEWARD_KEY, KEY),  # a steward may be the one who runs the node
        (STEWARD_KEY, FEDERATION.steward_keys[2][0].public_key.hex()),
    ],
)
def test_what_is_just_allowed_is_read(old: str, new: str) -> None:
    parse_founding(changed(old, new))


def test_the_clearing_limits_may_add_up_to_the_largest_amount() -> None:
    founding = parse_founding(changed(LIMIT, 'clearing_limit = "90071992527409.91"'))
    assert sum(coop.clearing_limit for coop in founding.genesis.coops.values()) == MAX


@pytest.mark.parametrize(
    "source",
    [
        b"\xff",
        b"fiado = ",
        b"fiado = 1\nfiado = 1",
        b"fiado = " + b"1" * 5_000,
        b"fiado = " + b"[" * 5_000,
        b"fiado = 1\n" + b"[a." * 3,
        b"\xef\xbb\xbf" + SOURCE.encode(),
    ],
)
def test_what_is_no_toml_is_refused(source: bytes) -> None:
    assert error_of(source).startswith("the charter is not a TOML file")
    with pytest.raises(CharterError, match="the signatures are not a TOML file"):
        parse_charter_signatures(source)


def test_a_charter_is_not_too_large() -> None:
    filler = b"#" * (MAX_CHARTER_BYTES - len(SOURCE.encode()))
    parse_founding(SOURCE.encode() + filler)
    assert "bytes" in error_of(SOURCE.encode() + filler + b"#")


def test_coops_and_stewards_are_not_too_many_or_none() -> None:
    no_coops = "coop = []\n" + SOURCE.split("[[coop]]")[0]
    assert error_of(no_coops.encode()).startswith("coop: ")
    with pytest.raises(CharterError, match=re.escape("coop[0].steward: must have 1 to 64")):
        build_federation(coops=1, stewards=65)
    with pytest.raises(CharterError, match=re.escape("coop: must have 1 to 1024")):
        build_federation(coops=1025, stewards=1, threshold=1)
    assert len(build_federation(coops=1, stewards=64).charter.coops[1].stewards) == 64


@pytest.mark.parametrize("coops", [256, 257, 1024])
def test_a_charter_of_many_coops_is_read_and_signed(coops: int) -> None:
    federation = build_federation(coops=coops, stewards=1, threshold=1, witness_quorum=255)
    assert list(federation.charter.coops) == list(range(1, coops + 1))
    signatures = parse_charter_signatures(federation.charter_signatures())
    check_charter_signatures(federation.founding, signatures)


@pytest.mark.parametrize(("coops", "most"), [(3, 2), (256, 255), (257, 255)])
def test_no_more_witnesses_are_asked_than_there_are_or_an_anchor_has_room_for(
    coops: int, most: int
) -> None:
    words = re.escape(f"federation.witness_quorum: must be from 0 to {most}")
    with pytest.raises(CharterError, match=words):
        build_federation(coops=coops, stewards=1, threshold=1, witness_quorum=most + 1)


def test_a_charter_counts_with_the_signature_of_every_coop() -> None:
    founding = FEDERATION.founding
    signatures = parse_charter_signatures(FEDERATION.charter_signatures())
    check_charter_signatures(founding, signatures)
    for coop in founding.genesis.coops:
        others = {number: found for number, found in signatures.items() if number != coop}
        with pytest.raises(CharterError, match="has not signed"):
            check_charter_signatures(founding, others)
        with pytest.raises(CharterError, match="not one of this charter"):
            stranger = sign_charter(founding, coop=coop, key=signing_key("stranger"))
            check_charter_signatures(founding, {**signatures, coop: stranger})


def test_signatures_are_of_one_charter_and_one_coop() -> None:
    other = build_federation(seed="other").founding
    key = FEDERATION.node_keys[1]
    signatures = parse_charter_signatures(FEDERATION.charter_signatures())
    for founding, coop in ((other, 1), (FEDERATION.founding, 2)):
        wrong = sign_charter(founding, coop=coop, key=key)
        with pytest.raises(CharterError):
            check_charter_signatures(FEDERATION.founding, {**signatures, 1: wrong})


def test_signature_files_round_trip_in_order_of_coop() -> None:
    signatures = {3: bytes(64), 1: bytes(range(64))}
    data = format_charter_signatures(signatures)
    assert parse_charter_signatures(data) == signatures
    assert data == format_charter_signatures(dict(sorted(signatures.items())))


GOOD_SIGNATURE = f'[[signature]]\ncoop = 1\nsignature = "{"00" * 64}"\n'


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ("", "signature"),
        (GOOD_SIGNATURE * 2, "signature[1].coop"),
        (GOOD_SIGNATURE.replace("= 1", "= 0"), "signature[0].coop"),
        (GOOD_SIGNATURE.replace("00", "", 1), "signature[0].signature"),
        (GOOD_SIGNATURE + "more = 1", "signature[0].more"),
        ("more = 1\n" + GOOD_SIGNATURE, "more"),
    ],
)
def test_a_wrong_signature_file_is_refused_by_field(source: str, field: str) -> None:
    with pytest.raises(CharterError) as caught:
        parse_charter_signatures(source.encode())
    assert str(caught.value).startswith(f"{field}: ")
