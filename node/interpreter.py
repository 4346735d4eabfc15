"""Settings of Python itself for a process that is one node.

They hold for the whole process, so only what starts a process calls this, never a test of a part.
"""

import gc
import sys

SWITCH_SECONDS = 0.0001
"""How long a thread that wants to go on waits before it asks the one that runs to pause.

The engine's thread gives the interpreter up whenever native code works for it, and has to get it back
from the event loop, which under load never pauses by itself. Python's own 5 ms would be most of a tick.
"""


def settle_interpreter() -> None:
    """Call once, when everything has been imported and loaded: that need never be looked through again."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
