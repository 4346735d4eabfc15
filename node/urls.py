"""Where a node answers, as people write it: `http://norte.example:8440`.

One rule for every place that takes such an address, on the command line and in `node.toml`: `http://` or
`https://`, the host, perhaps a port, and nothing more. What is missing is never guessed: whether a
connection is encrypted is for the person to say, and a guess would be wrong for half of the nodes. The
error names the spellings that would be taken instead.

It does not look whether anybody answers there.
"""

import re
from dataclasses import dataclass
from typing import Final

LONGEST_SHOWN: Final = 100
"""Characters of a wrong address that an error repeats."""

_PARTS: Final = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?([^/?#]*)([/?#].*)?", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"(?:[^\s@:\[\]\\<>\"]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE
)
_HOST: Final = re.compile(
    r"[^\s/?#@:\[\]\\<>\"]*|(?:[0-9a-f]*:){2,}[0-9a-f:.]*(?:%[a-z0-9._-]+)?", re.IGNORECASE
)
_LARGEST_PORT: Final = 65_535


@dataclass(eq=False)
class NodeUrlError(Exception):
    """A text, of which `text` is the beginning, is not the address of a node.

    `problem` is a clause that says why, and `advice` a sentence with what would be taken instead, in which
    `{node}` stands for `node`.
    """

    text: str
    problem: str
    advice: str
    node: str = ""

    @property
    def remedy(self) -> str:
        """The sentence with what would be taken instead."""
        return self.advice.format(node=self.node)

    def __str__(self) -> str:
        return f"“{self.text}” {self.problem}. {self.remedy}"


def parse_node_url(text: str) -> str:
    """The address without a slash at its end. Blanks around it are ignored. Raises `NodeUrlError`."""
    node, page = _split(text, is_page=False)
    if page not in ("", "/"):
        raise NodeUrlError(
            _shown(text), "is the address of a page, not of a node", "Write {node} alone.", node
        )
    return node


def parse_page_url(text: str) -> str:
    """The address of a page, such as that of an invoice, with its path. Raises `NodeUrlError`."""
    return "".join(_split(text, is_page=True))


def parse_host(text: str) -> str:
    """A host alone, to listen at: a name or a number, without scheme or port. Raises `NodeUrlError`."""
    if _HOST.fullmatch(text) is None:
        raise NodeUrlError(
            _shown(text),
            "is not a host alone",
            'Write a name or a number without http:// or brackets, such as "127.0.0.1", "0.0.0.0" or '
            '"::"; the port has a line of its own.',
        )
    return text


def _split(text: str, *, is_page: bool) -> tuple[str, str]:
    """The node's address and what follows it."""
    parts = _PARTS.fullmatch(text.strip())
    if parts is None or not _is_place(parts[2]):
        raise NodeUrlError(
            _shown(text),
            "is not the address of a node",
            "Write it as http://norte.example:8440 or https://norte.example.",
        )
    scheme, place, rest = (parts[1] or "").lower(), parts[2], parts[3] or ""
    if scheme not in ("http", "https"):
        whole = place + rest if is_page else place
        raise NodeUrlError(
            _shown(text),
            "does not begin with http:// or https://",
            "Write http://{node}, or https://{node} if the node has a certificate.",
            whole,
        )
    return f"{scheme}://{place}", rest


def _shown(text: str) -> str:
    return text.strip()[:LONGEST_SHOWN]


def _is_place(text: str) -> bool:
    """Whether it is a host, perhaps with a port."""
    found = _PLACE.fullmatch(text)
    return found is not None and (found[1] is None or 1 <= int(found[1]) <= _LARGEST_PORT)
