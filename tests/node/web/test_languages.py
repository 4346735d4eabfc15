"""Which language a visitor gets, that every text is translated, and how amounts and times are written."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from ledger.entries import LAST_TIME
from node.web import extract, languages
from node.web.extract import collect, updated
from node.web.languages import choose, load_languages, read_catalog
from node.web.modules import FOLDER as SCRIPTS
from node.words.catalogs import CatalogError, Text, Texts, read_texts
from node.words.codes import NAMES, SOURCE_LANGUAGE
from node.words.writing import contents, render

TRANSLATED = [code for code in NAMES if code != SOURCE_LANGUAGE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_with_the_same_placeholders(code: str) -> None:
    catalog = read_catalog(code)
    for message in collect():
        wanted = str(message.id)
        if not wanted:
            continue
        assert wanted in catalog and catalog[wanted].string, wanted
        said = catalog[wanted].string
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(wanted)), wanted


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogs_hold_exactly_the_texts_that_are_used(code: str) -> None:
    assert read_catalog(code) == contents(updated(code, collect()))


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_library_writes_around_the_texts_does_not_matter(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = render(updated(code, collect()))
    assert b"Generated-By" not in written
    other = written.replace(
        b'"MIME-Version: 1.0', b'"Generated-By: Babel 9.9\\n"\n"MIME-Version: 1.0'
    )
    assert other != written
    for module in (extract, languages):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    path = tmp_path / f"{code}.po"
    path.write_bytes(other)
    assert read_catalog(code) == contents(updated(code, collect()))
    extract.main()
    assert path.read_bytes() == other


def test_a_text_that_is_new_or_no_longer_used_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (extract, languages):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    extract.main()
    path = tmp_path / "pt.po"
    lost, *_ = read_catalog("pt")
    incomplete = Catalog(locale="pt")
    for message, text in read_catalog("pt").items():
        if message != lost:
            incomplete.add(message, text.string, locations=[(place, 0) for place in text.places])
    incomplete.add("a text of yesterday", "um texto de ontem")
    path.write_bytes(render(incomplete))
    extract.main()
    assert read_catalog("pt") == contents(updated("pt", collect()))
    assert "a text of yesterday" not in read_catalog("pt")
    assert read_catalog("pt")[lost].string == ""


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
    assert language.day(20_454) == time.partition(",")[0]
    assert language.amount(-5) == "-" + language.amount(5) == "-0" + amount[-3] + "05"
    assert language.number(-1_234) == "-" + amount[:1] + amount[1] + "234"
    assert "9999" in language.time(LAST_TIME)
    assert language.time(2**53 - 1) == language.time(LAST_TIME)  # the last that calendars have
    assert language.amount(2**53 - 1).endswith("409" + amount[-3] + "91")


class TestCatalogs:
    def read(self, folder: Path, text: str) -> dict[str, Text]:
        path = folder / "xx.po"
        path.write_text(text, encoding="utf-8")
        return read_texts(path)

    def test_a_catalog_reads_as_the_library_writes_it(self, tmp_path: Path) -> None:
        catalog = Catalog(locale="pt")
        long = "a long text that the library breaks into pieces " * 9
        odd = 'tab\t, "quotes", back\\slash\\n,\nnew line, %(name)s — ñ'
        for text, place in ((long, "static/a.js"), (odd, "templates/b.html"), ("empty", "c")):
            catalog.add(text, text.upper() if text != "empty" else "", locations=[(place, 0)])
        assert self.read(tmp_path, render(catalog).decode("utf-8")) == contents(catalog)
        assert read_texts(tmp_path / "xx.po")[odd].string == odd.upper()

    @pytest.mark.parametrize(
        "text",
        ['msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n', 'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n',
         '"a"\n', "words\n", 'msgid "a\n'],
    )  # fmt: skip
    def test_what_is_not_understood_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(CatalogError, match=r"xx\.po"):
            self.read(tmp_path, text)

    def test_a_text_without_a_translation_stays_as_it_is(self) -> None:
        texts = Texts({"yes": "sim", "no": ""})
        assert [texts.gettext(text) for text in ("yes", "no", "other")] == ["sim", "no", "other"]


def test_no_text_hides_from_the_extractor() -> None:
    """It does not look into the expressions of a template literal."""
    for path in SCRIPTS.rglob("*.js"):
        for line in path.read_text(encoding="utf-8").splitlines():
            hidden = [each for each in re.findall(r"`[^`]*`", line) if "say(" in each]
            assert hidden == [], path.name


@pytest.mark.parametrize(("code", "account"), [("es", "cuenta"), ("pt", "conta")])
def test_a_bill_is_not_called_an_account(code: str, account: str) -> None:
    for message, text in read_catalog(code).items():
        if re.search(r"\bbills?\b", message, re.IGNORECASE) and "account" not in message.lower():
            assert not re.search(rf"\b{account}s?\b", text.string, re.IGNORECASE), message
