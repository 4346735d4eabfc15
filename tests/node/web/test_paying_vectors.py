"""The vectors of paying safely are what their maker makes."""

from node.http.merchant.texts import RedirectUrl
from tests.vectors.make_paying import FILE, paying_vectors
from tests.vectors.make_vectors import render


def test_the_file_is_as_it_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == render(paying_vectors())


def test_a_node_takes_the_ways_back_that_wallets_show() -> None:
    for case in paying_vectors()["ways_back"]:
        text = case["text"]
        is_taken = 1 <= len(text) <= RedirectUrl.longest and RedirectUrl.is_fit(text)
        assert is_taken == case["is_taken"], text
