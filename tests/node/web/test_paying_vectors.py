"""The vectors of paying safely are what their maker makes."""

from tests.vectors.make_paying import FILE, paying_vectors
from tests.vectors.make_vectors import render


def test_the_file_is_as_it_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == render(paying_vectors())
