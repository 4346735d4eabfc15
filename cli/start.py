"""Where the `fiado` command begins: whatever is interrupted, even while it loads, ends in words.

Everything after loading is the business of `command_group`.
"""

import sys
from typing import Final

_INTERRUPTED: Final = 130


def run() -> None:
    """Run the command line and exit."""
    try:
        from cli.main import main

        main(prog_name="fiado")
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
