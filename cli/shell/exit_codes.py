"""The exit codes of the `fiado` command: one list, which scripts rely on and the manual prints.

A number, once given out, keeps its meaning.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. Each member's `meaning` is its line in the manual."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> "ExitCode":
        """Make the member `number` with its `meaning`, one clause without a full stop."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        return member

    OK = 0, "done; what the command promises holds"
    REFUSED = 1, "refused by the rules, by a node or by this program; nothing was changed"
    USAGE = 2, "the command line is wrong; nothing was done"
    OUTCOME_UNKNOWN = 3, "the outcome is unknown; the same command is safe to run again"
    NODE_UNREACHABLE = (
        4,
        "the node could not be reached, or takes no requests now; nothing was done",
    )
    WALLET = 5, "the wallet can't be used: wrong passphrase, missing, damaged, unsafe or busy"
    AUDIT_FAILED = 6, "the audit found something that does not hold; the output says where"
    INTERNAL = 70, "a mistake in this program; please report it"
    INPUT_OUTPUT = 74, "a file, the disk or the output failed; look before running it again"
    INTERRUPTED = 130, "interrupted from the keyboard"
