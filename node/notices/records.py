"""The kinds of records that notices keep beside the logs."""

from enum import unique

from node.store import RecordKind


@unique
class NoticeRecord(RecordKind):
    """What a record of this part is."""

    TARGET = "notice_target"
    """A browser or an address of mail that somebody wants to be told at."""
    NOTICE = "notice"
    """Something for one of these, waiting to be sent or kept for a while."""
    ASKED = "notice_asked"
    """That an address was sent a confirmation not long ago, known by a hash of it."""
    BLOCKED = "notice_blocked"
    """That an address wants nothing from this node, known by a hash of it."""
