"""Addresses: what is read, and what could be mistaken for one and is refused."""

import pytest

from node.member.addresses import Address, AddressError, HandleError, parse_address, parse_handle


@pytest.mark.parametrize(
    ("text", "handle", "coop"),
    [
        ("alice@norte", "alice", "norte"),
        (" Alice@NORTE ", "alice", "norte"),
        ("7@sur-2", "7", "sur-2"),
        ("ana_maria.paz-2@norte", "ana_maria.paz-2", "norte"),
        ("a" * 32 + "@" + "b" * 32, "a" * 32, "b" * 32),
    ],
)
def test_an_address_is_read(text: str, handle: str, coop: str) -> None:
    address = parse_address(text)
    assert address == Address(handle=handle, coop=coop)
    assert str(address) == f"{handle}@{coop}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice@",
        "@norte",
        "alice@norte@sur",
        "alice @norte",
        "_alice@norte",
        "alice@-norte",
        "alice@norte.sur",
        "a" * 33 + "@norte",
        "al\u00edce@norte",
        "alice@norte\u200b",
        # The Kelvin sign, whose small form is the letter k.
        "\u212aarl@norte",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert len(refused.value.text) <= 65


def test_a_handle_is_read_as_in_an_address() -> None:
    assert parse_handle(" Alice ") == "alice"
    for text in ("", "alice@norte", "vera g", "_vera", "\u212aim", "a" * 33):
        with pytest.raises(HandleError):
            parse_handle(text)
