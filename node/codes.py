"""QR codes: drawn one at a time beside the event loop, and kept for who asks again.

Drawing is plain computing, tens of milliseconds for a long text. So it goes to a thread, only one code is
drawn at a time, few may wait for it and of those one address only some. It knows nothing of HTTP.
"""

import asyncio
import io
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import segno

from node.shares import Shares

LONGEST_BYTES: Final = 400
"""Of the text in UTF-8: a short receipt has about 330, in the alphanumeric mode."""


@dataclass(frozen=True, slots=True)
class Code:
    """A drawn code. `version` says how large it is: 1 to 40, 17 modules and 4 more for each."""

    svg: bytes
    version: int


class CodesBusy(Exception):
    """As many codes as may wait to be drawn do so already."""


class Codes:
    """Draws codes for one node. Belongs to one event loop."""

    def __init__(self, *, waiting: int, waiting_each: int, kept: int) -> None:
        self._waiting = Shares(total=waiting, each=waiting_each)
        self._drawing = asyncio.Lock()
        self._most_kept = kept
        self._kept: OrderedDict[str, Code] = OrderedDict()

    def kept(self, text: str) -> Code | None:
        """The code of a text that was drawn lately."""
        code = self._kept.get(text)
        if code is not None:
            self._kept.move_to_end(text)
        return code

    async def draw(self, text: str, *, address: str) -> Code:
        """The code of a text, for a client at that address. Raises `CodesBusy`."""
        with self._waiting.hold(address) as held:
            if not held.take():
                raise CodesBusy
            async with self._drawing:
                code = self.kept(text)  # who waited may have waited for this very text
                if code is None:
                    code = await asyncio.to_thread(draw_code, text)
                    self._keep(text, code)
        return code

    def _keep(self, text: str, code: Code) -> None:
        self._kept[text] = code
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)


def draw_code(text: str) -> Code:
    """Draw the code of a text of 1 to `LONGEST_BYTES` bytes; takes its time."""
    picture = io.BytesIO()
    code = segno.make(text, error="l", micro=False, boost_error=True)
    code.save(picture, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, scale=8)
    return Code(picture.getvalue(), int(code.version))
