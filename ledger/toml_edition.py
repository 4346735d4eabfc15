"""What TOML 1.1 allows and 1.0 does not: refused in charters, whichever edition the parser here knows.

The parser comes with Python, and newer ones read TOML 1.1. A charter that says `"\\e"`, or has an inline
table over two lines, would then be read by one node and refused by another. So this module looks for those
few things itself, before the parser does. What else is wrong with a file is the parser's question.
"""

import re
from typing import Final

from ledger.errors import CharterError

_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'  # these two before their shorter kin
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{},\n]"
    r"|[^\"'\#\[\]{},\n]+",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_BYTE_ORDER_MARK: Final = "\ufeff"


def check_edition(text: str, what: str) -> None:
    """Raise `CharterError` for a byte order mark, a control, or anything that only TOML 1.1 knows."""
    if text.startswith(_BYTE_ORDER_MARK):
        raise CharterError(f"{what} not a TOML file: it begins with a byte order mark")
    if _CONTROL.search(text):
        raise CharterError(f"{what} not a TOML file: it has a control character")
    open_: list[str] = []
    before = ""
    for match in _TOKEN.finditer(text.replace("\r\n", "\n")):
        token = match.group()
        if token.startswith('"') and set(_ESCAPE.findall(token)) & {"e", "x"}:
            raise CharterError(f"{what} not TOML 1.0: the escapes \\e and \\x came with 1.1")
        if open_ and open_[-1] == "{" and (token == "\n" or (token == "}" and before == ",")):
            raise CharterError(
                f"{what} not TOML 1.0: an inline table over lines, or with a last comma"
            )
        if token in "[{":
            open_.append(token)
        elif token in "]}" and open_:
            open_.pop()
        if not token.isspace() and not token.startswith("#"):
            before = token
