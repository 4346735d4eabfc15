"""The problems of who looks at the charter, or asks to join."""

from typing import Final

from node.http.base.problem import ProblemKind

REQUEST_TO_JOIN_MALFORMED: Final = ProblemKind(
    "join_request_malformed",
    400,
    "Not a request to join",
    "This is not a request to join that the key in it has signed for this federation.",
    "Ask with `fiado federation join`, and see whether your machine's clock is right.",
)

NO_ROOM_FOR_REQUEST: Final = ProblemKind(
    "join_requests_full",
    429,
    "No place for a request",
    "All places for requests to join are taken at this node, and each may stay for a day.",
    "Ask at another cooperative's node, or start your own: while it waits it asks again every hour.",
)

FALLEN_NOT_FOUND: Final = ProblemKind(
    "fallen_payment_not_found",
    404,
    "No such payment",
    "The node lists no payment with this head, or has no receipt for it.",
    "See /v1/federation/fallen for those that it lists.",
)
