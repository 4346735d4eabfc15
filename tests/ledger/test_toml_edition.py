"""A charter is TOML 1.0 for every node, whatever the parser that Python brings has learnt since."""

import pytest

from ledger.errors import CharterError
from ledger.founding import parse_founding
from ledger.toml_edition import check_edition

ONLY_IN_1_1 = {
    "an escape": 'a = "\\e[0m"',
    "an escape by two digits": 'a = "caf\\xe9"',
    "an escape in a long string": 'a = """\n\\x41"""',
    "after an escaped backslash": 'a = "\\\\\\x41"',
    "an inline table over two lines": "a = { b = 1,\n c = 2 }",
    "an inline table that begins with a new line": "a = {\n b = 1 }",
    "an inline table with a last comma": "a = { b = 1, }",
    "one within a list": "a = [\n { b = 1,\n c = 2 },\n]",
    "a comment in an inline table": "a = { b = 1 # one\n }",
    "a byte order mark": "\ufeffa = 1",
    "a control": "a = 1 # \x0b",
    "a carriage return by itself": "a = 1\rb = 2",
}
IN_BOTH = {
    "an escaped backslash": 'a = "\\\\e and \\\\x41"',
    "a literal string": "a = '\\e\\x41'",
    "a long literal string": "a = '''\n\\e\\x41'''",
    "in a comment": "a = 1 # \\e \\x { ,\nb = 2",
    "braces in a string": 'a = "{\u2026, }"\nb = 1',
    "a list over lines with a last comma": "a = [\n 1,\n 2,\n]",
    "a list over lines in an inline table": "a = { b = [\n 1,\n] }",
    "a long string in an inline table": 'a = { b = """\nx""" }',
    "an inline table": "a = { b = 1, c = { d = 2 } }",
    "quotes at the end of a long string": 'a = """x"""""\nb = { c = 1 }',
    "lines as Windows ends them": "a = 1\r\nb = 2\r\n",
}


@pytest.mark.parametrize("text", ONLY_IN_1_1.values(), ids=ONLY_IN_1_1.keys())
def test_what_came_later_is_refused(text: str) -> None:
    with pytest.raises(CharterError, match="TOML"):
        check_edition(text, "the charter is")
    with pytest.raises(CharterError):
        parse_founding(text.encode("utf-8"))


@pytest.mark.parametrize("text", IN_BOTH.values(), ids=IN_BOTH.keys())
def test_what_was_always_there_is_not(text: str) -> None:
    check_edition(text, "the charter is")
