"""What journals for bookkeeping programs say to people, in their language."""

from typing import Final

from cli.shell.language import later, say
from node.member.bookkeeping.journal import Said

ONE_FILE: Final = (
    later(
        "It begins with an opening balance, so files joined would count that twice: read one of them alone."
    ),
    later(
        "To add later months make their files with --continue: those are read together with this one."
    ),
)
"""What stands at the head of a file that begins with what there was before."""
CONTINUED: Final = (
    later(
        "It has no opening balance: read it together with the file that ends on the day before it begins."
    ),
    later(
        "Its last lines check that the balances fit; they don't when a month between the two is missing."
    ),
)
"""The same of a file that goes on where another one ends."""


def said_here(*, continues: bool) -> Said:
    """The texts of a journal that begins anew, or that `continues`."""
    return Said(
        head=[say(line) for line in (CONTINUED if continues else ONE_FILE)],
        letters=say(
            "If hledger can't read the letters, run it as `LC_ALL=C.UTF-8 hledger -f FILE balance`."
        ),
        opening=say("opening balance"),
        closing=say("closing balance"),
    )
