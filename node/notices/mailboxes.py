"""An address of mail from outside, read strictly: one mailbox, nothing that could be a second line.

A file of its own, since settings have one too and are read without the rest.
"""

import re
from typing import Final

from node.notices.refusals import NoticeRefusal, NoticesNotDone

LONGEST_ADDRESS: Final = 254
_LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX: Final = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")
_LONGEST_LOCAL: Final = 64


_NUMBER: Final = re.compile("[0-9]+|0[xX][0-9a-fA-F]*")
"""A last label by which a domain is an address of the network and no name."""


def check_mailbox(text: str) -> str:
    """An address of mail, its domain in small letters. Raises `NoticeRefusal`."""
    found = _MAILBOX.fullmatch(text)
    if (
        found is None
        or len(text) > LONGEST_ADDRESS
        or len(found[1]) > _LONGEST_LOCAL
        or _NUMBER.fullmatch(found[2].rpartition(".")[2])
    ):
        raise NoticeRefusal(
            NoticesNotDone.MAIL_ADDRESS_REFUSED,
            "Write it as name@example.org, without anything else.",
            pointer="/address",
        )
    return f"{found[1]}@{found[2].lower()}"


def mailbox_of(address: str) -> str:
    """The mailbox of an address, in small letters: what stands behind a + is the reader's own mark.

    Other signs that some providers pass over are left: with most they are another mailbox.
    """
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
