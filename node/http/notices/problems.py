"""The problems that people meet who want to be told."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

NO_PUSH: Final = ProblemKind(
    "no_push",
    409,
    "No push here",
    "This node sends no notices to browsers.",
    "Its operator can set it up; see OPERATING, “Notices”.",
)
NO_MAIL: Final = ProblemKind(
    "no_mail",
    409,
    "No mail here",
    "This node sends no mail.",
    "Its operator can set it up; see OPERATING, “Notices”.",
)
PUSH_REFUSED: Final = ProblemKind(
    "push_refused",
    422,
    "Subscription refused",
    "Notices can't be sent to this browser.",
    "Send the subscription as the browser gave it: https, a public address, its two keys.",
)
MAIL_ADDRESS_REFUSED: Final = ProblemKind(
    "mail_address_refused",
    422,
    "Address refused",
    "This is not an address of mail that the node takes.",
    "Write it as name@example.org.",
)
MAIL_ASKED_LATELY: Final = ProblemKind(
    "mail_asked_lately",
    429,
    "Not asked again now",
    "No mail is sent to this address now: it was asked not long ago, or wants none, or you have asked often.",
    "Look for the mail that was sent, also among unwanted mail, or try again tomorrow.",
    retryable=True,
)
NOTICES_TOO_MANY: Final = ProblemKind(
    "notices_too_many",
    409,
    "Too many places",
    "You are told at as many places as one may have, or the node tells as many as it can.",
    "Take one away that you don't use.",
)
NOTICE_TARGET_NOT_FOUND: Final = not_found(
    "notice_target_not_found", "You are not told there.", "See GET /v1/me/notices."
)
NOTICE_JOIN_NOT_FOUND: Final = not_found(
    "notice_join_not_found",
    "Nobody waits to be admitted by this request.",
    "Ask to join again; see POST /v1/joins.",
)
NOTICE_CODE_WRONG: Final = ProblemKind(
    "notice_code_wrong",
    403,
    "Link not known",
    "This link is not one of this node's, or works no more.",
    "Ask for notices again on the page of the wallet.",
)
