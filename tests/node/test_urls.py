"""Addresses of nodes: one spelling is taken, and what is not taken says which would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.urls import LONGEST_SHOWN, NodeUrlError, parse_host, parse_node_url, parse_page_url


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://norte.example:8440", "http://norte.example:8440"),
        ("https://norte.example", "https://norte.example"),
        (" http://localhost:7701/ ", "http://localhost:7701"),
        ("HTTPS://Norte.example:443", "https://Norte.example:443"),
        ("http://[::1]:7701", "http://[::1]:7701"),
        ("http://10.0.0.2:65535", "http://10.0.0.2:65535"),
        ("https://almacén.example", "https://almacén.example"),
    ],
)
def test_an_address_with_its_scheme_is_taken(text: str, address: str) -> None:
    assert parse_node_url(text) == address
    assert parse_node_url(address) == address


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("localhost:7701", "localhost:7701"),
        ("norte.example:443", "norte.example:443"),
        ("norte.example", "norte.example"),
        ("127.0.0.1:8440/wallet", "127.0.0.1:8440"),
        ("[::1]:8440", "[::1]:8440"),
        ("ftp://norte.example", "norte.example"),
        ("ws://norte.example:8440", "norte.example:8440"),
    ],
)
def test_without_the_scheme_both_spellings_are_named(text: str, place: str) -> None:
    with pytest.raises(NodeUrlError) as caught:
        parse_node_url(text)
    error = caught.value
    assert error.problem == "does not begin with http:// or https://"
    assert f"http://{place}," in error.remedy
    assert f"https://{place} " in error.remedy
    assert parse_node_url(f"http://{place}") == f"http://{place}"


@pytest.mark.parametrize("rest", ["/wallet", "/v1/status", "?a=1", "/#top", "//"])
def test_the_address_of_a_page_names_the_nodes(rest: str) -> None:
    with pytest.raises(NodeUrlError) as caught:
        parse_node_url(f"https://norte.example:8440{rest}")
    assert caught.value.remedy == "Write https://norte.example:8440 alone."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "http:/norte.example",
        "http:norte.example",
        "http://norte.example:",
        "http://norte.example:0",
        "http://norte.example:65536",
        "http://norte.example:http",
        "http://ana@norte.example",
        "http://norte .example",
        "http://::1:8440",
        "norte\n.example",
        "alice@norte",
        "http://norte\\.example",
    ],
)
def test_what_is_no_address_says_how_one_looks(text: str) -> None:
    with pytest.raises(NodeUrlError) as caught:
        parse_node_url(text)
    assert caught.value.problem == "is not the address of a node"
    assert "http://norte.example:8440" in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        address = parse_node_url(text)
    except NodeUrlError as error:
        assert error.remedy.endswith(".")
        assert len(error.text) <= LONGEST_SHOWN
    else:
        assert parse_node_url(address) == address
        assert address.startswith(("http://", "https://"))


def test_the_address_of_a_page_keeps_its_path() -> None:
    assert parse_page_url("HTTP://localhost:3000/hooks?a=1") == "http://localhost:3000/hooks?a=1"
    with pytest.raises(NodeUrlError) as caught:
        parse_page_url("localhost:3000/hooks")
    assert caught.value.remedy.startswith("Write http://localhost:3000/hooks, or https://localhost")


@pytest.mark.parametrize(
    "host", ["", "127.0.0.1", "0.0.0.0", "norte.example", "localhost", "::", "::1", "fe80::1%eth0"]
)
def test_a_host_alone_is_taken(host: str) -> None:
    assert parse_host(host) == host


@pytest.mark.parametrize(
    "text",
    [
        "http://norte.example",
        "https://127.0.0.1",
        "127.0.0.1:8440",
        "norte.example/",
        "[::1]",
        "norte example",
        "me@norte.example",
    ],
)
def test_what_is_more_than_a_host_is_refused_in_words(text: str) -> None:
    with pytest.raises(NodeUrlError) as refused:
        parse_host(text)
    assert refused.value.text == text
    assert "the port has a line of its own" in str(refused.value)
