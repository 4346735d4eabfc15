"""The shapes of what is said about notices."""

from typing import Annotated, Literal

from msgspec import Meta

from node.http.base.shapes import Uri
from node.notices.mailboxes import LONGEST_ADDRESS
from node.notices.notice import NoticeKind
from node.notices.targets import Channel
from node.shapes import Shape
from node.spellings import Binary, Id, Time, one_of

Spoken = Annotated[Literal["es", "en", "pt"], Meta(description="The language that notices are in.")]
LONGEST_ENDPOINT = 512


class NoticeOffer(Shape, frozen=True):
    """How this node tells people."""

    push_key: Annotated[
        Binary | None,
        Meta(description="What browsers subscribe with (RFC 8292); null where there is no push."),
    ]
    mail: Annotated[bool, Meta(description="Whether it sends mail.")]


class PushRequest(Shape, frozen=True):
    """A browser's subscription, as `PushSubscription` gives it."""

    endpoint: Annotated[
        str, Meta(min_length=1, max_length=LONGEST_ENDPOINT, extra_json_schema={"format": "uri"})
    ]
    p256dh: Binary
    auth: Binary
    language: Spoken


class MailRequest(Shape, frozen=True):
    """An address, which is asked whether it is the right one."""

    address: Annotated[str, Meta(min_length=3, max_length=LONGEST_ADDRESS)]
    language: Spoken


class NoticeTarget(Shape, frozen=True):
    """Where somebody is told."""

    id: Id
    channel: Annotated[str, one_of(*Channel)]
    at: Annotated[
        str, Meta(description="The address of mail, or the host of the browser's push service.")
    ]
    endpoint: Annotated[Uri | None, Meta(description="The browser's subscription.")]
    language: Spoken
    created: Time
    confirmed: Annotated[bool, Meta(description="Whether the address has answered.")]


class NewNoticeTarget(NoticeTarget, frozen=True):
    """The same, with what its browser asks the node with for news; null for mail."""

    code: str | None


class NoticeTargets(Shape, frozen=True):
    """All of them, the oldest first."""

    targets: list[NoticeTarget]


class NewsRequest(Shape, frozen=True):
    """A browser that was told to look."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    since: Time


class NewsItem(Shape, frozen=True):
    """One thing that happened, in words."""

    kind: Annotated[str, one_of(*(kind for kind in NoticeKind if kind is not NoticeKind.CONFIRM))]
    text: str
    path: Annotated[str, Meta(description="The page that shows more.")]
    time: Time


class WhatHappened(Shape, frozen=True):
    """What happened since, the newest first."""

    title: Annotated[str, Meta(description="The cooperative's.")]
    time: Annotated[Time, Meta(description="What to ask `since` with the next time.")]
    items: list[NewsItem]


class NoticeAnswer(Shape, frozen=True):
    """Whose notices were confirmed or stopped."""

    address: str
    confirmed: bool
