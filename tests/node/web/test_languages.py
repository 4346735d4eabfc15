"""Which language a visitor gets, that every text is translated, and how amounts and times are written."""

import re

import pytest

from node.web.extract import SOURCE_LANGUAGE, collect, render, updated
from node.web.languages import FOLDER, NAMES, choose, load_languages, read_catalog

TRANSLATED = [code for code in NAMES if code != SOURCE_LANGUAGE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_with_the_same_placeholders(code: str) -> None:
    catalog = read_catalog(code)
    for message in collect():
        if not message.id:
            continue
        found = catalog.get(message.id)
        assert found is not None and found.string, message.id
        said, wanted = str(found.string), str(message.id)
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(wanted)), wanted


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogs_are_as_the_extractor_writes_them(code: str) -> None:
    assert (FOLDER / f"{code}.po").read_bytes() == render(updated(code, collect()))


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "chosen"),
    [
        ("pt", "en", "es", "pt"),
        ("xx", "en", "es", "en"),
        (None, "<b>", "en-US,en;q=0.9", "en"),
        (None, None, "de,pt-BR;q=0.8,en;q=0.5", "pt"),
        (None, None, "en;q=0,pt;q=0.1", "pt"),
        (None, None, "en;q=nonsense,pt;q=0.1", "pt"),
        (None, None, "en;q=Infinity", "es"),
        (None, None, "*", "es"),
        (None, None, "", "es"),
        (None, None, "a," * 10_000 + "en", "es"),
    ],
)
def test_the_language_of_a_visitor(
    asked: str | None, cookie: str | None, accepted: str, chosen: str
) -> None:
    assert choose(asked=asked, cookie=cookie, accepted=accepted) == chosen


@pytest.mark.parametrize(
    ("code", "amount", "time"),
    [
        ("es", "1.234.567,05", "1 ene 2026, 00:00 UTC"),
        ("en", "1,234,567.05", "1 Jan 2026, 00:00 UTC"),
        ("pt", "1.234.567,05", "1 jan. 2026, 00:00 UTC"),
    ],
)
def test_amounts_and_times_are_written_as_people_there_do(
    code: str, amount: str, time: str
) -> None:
    language = load_languages()[code]
    assert language.amount(123_456_705) == amount
    assert language.time(1_767_225_600) == time
    assert language.amount(2**53 - 1).endswith("409" + amount[-3] + "91")
