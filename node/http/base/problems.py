"""The problems that every part of the interface may answer with."""

from typing import Final

from node.http.base.problem import ProblemKind, not_found

REQUEST_MALFORMED: Final = ProblemKind(
    "request_malformed",
    400,
    "Request not understood",
    "The request is not as this interface describes it.",
    "Compare it with /openapi.json.",
)
WRONG_ENDPOINT: Final = ProblemKind(
    "wrong_endpoint",
    400,
    "Wrong place for this transaction",
    "Only payments are taken here.",
    "Send admissions, limits and statuses to /v1/transactions.",
)
UNAUTHORIZED: Final = ProblemKind(
    "unauthorized",
    401,
    "Session needed",
    "This is only for those who have shown who they are.",
    "Open a session: POST /v1/sessions/challenge, sign, POST /v1/sessions.",
)
SESSION_INVALID: Final = ProblemKind(
    "session_invalid",
    401,
    "Session over",
    "The session has ended or was never there.",
    "Open a new session.",
)
SESSION_ENDED: Final = ProblemKind(
    "session_ended",
    401,
    "Ended for a newer session",
    "This session was ended before its time, since you have opened so many newer ones.",
    "Open a new session. A program that asks often should go on with one session, or use an API key.",
)
FORBIDDEN: Final = ProblemKind(
    "forbidden",
    403,
    "Not yours to see",
    "Only the account's owner and the cooperative's stewards may do this.",
    "Open a session as the one who may.",
)
KEY_INVALID: Final = ProblemKind(
    "key_invalid",
    401,
    "Key not known",
    "There is no such API key, it was revoked, or its account has another key since.",
    "Make a key: `fiado merchant key create`, and send it as `Authorization: Bearer fk_…`.",
)
KEY_FORBIDDEN: Final = ProblemKind(
    "key_forbidden",
    403,
    "Key without this power",
    "The API key may not do this.",
    "Use a key with the power that this address asks for.",
)
NOT_FOUND: Final = not_found("not_found", "There is nothing at this address.", "See /openapi.json.")
NAME_NOT_OPENED: Final = ProblemKind(
    "name_not_opened",
    422,
    "Name not opened",
    "The admission hides a name, and what came with it does not open it.",
    "Send the salt and the handle that the commitment was made of.",
)
HANDLE_IS_NUMBER: Final = ProblemKind(
    "handle_is_number",
    422,
    "A name of digits alone",
    "A name of digits alone would be taken for an account's number.",
    "Choose a name with a letter in it.",
)
NAME_ERASED: Final = ProblemKind(
    "name_erased",
    410,
    "Name erased",
    "An account of this cooperative was called so, and its name was erased for good.",
    "Pay the account by its number, as in #7@norte, if you know it; nobody else gets the name.",
)
ACCOUNT_NOT_FOUND: Final = not_found(
    "account_not_found", "There is no such account.", "Check handle and cooperative."
)
HOME_NOT_ASKED: Final = ProblemKind(
    "home_not_asked",
    503,
    "Not to be asked now",
    "That cooperative's own node is who knows its accounts, and this node has no link with it now.",
    "Try again in a minute: it passes once the two nodes are linked again, as `fiado node status` shows. "
    "An account that this node has heard of can be paid by its number meanwhile, as in #7@norte.",
    retryable=True,
)
COOP_NOT_FOUND: Final = not_found(
    "coop_not_found", "The charter has no such cooperative.", "See /v1/charter for their names."
)
ENTRY_NOT_FOUND: Final = not_found(
    "entry_not_found",
    "This node holds no such entry of that log so far.",
    "Check the number; a node may still be catching up. The cooperative's own node knows it first.",
)
METHOD_NOT_ALLOWED: Final = ProblemKind(
    "method_not_allowed",
    405,
    "Wrong method",
    "This address does not take that method.",
    "See /openapi.json.",
)
BODY_TOO_LARGE: Final = ProblemKind(
    "body_too_large",
    413,
    "Too large",
    "The body is larger than this address takes.",
    "Send less at a time.",
)
CONTENT_TYPE_UNSUPPORTED: Final = ProblemKind(
    "content_type_unsupported",
    415,
    "Kind of content not taken",
    "The body is of a type, or in an encoding, that this address does not take.",
    "Send application/octet-stream or application/json, as /openapi.json says, uncompressed.",
)
UPGRADE_REQUIRED: Final = ProblemKind(
    "upgrade_required",
    426,
    "WebSocket needed",
    "Nodes talk here over a WebSocket.",
    "Nothing is wrong if you are not a node: this address is not for you.",
)
TOO_MANY_REQUESTS: Final = ProblemKind(
    "too_many_requests",
    429,
    "Too many requests",
    "Your address has caused more costly or failing requests than one may.",
    "Wait as long as Retry-After says.",
    retryable=True,
)
INTERNAL: Final = ProblemKind(
    "internal",
    500,
    "A mistake in this program",
    "The node could not answer because of a mistake of its own.",
    "Report it with the request id. If you sent a payment, look at your history, "
    "or send the same bytes again, which is safe.",
    retryable=True,
)
NOT_READY: Final = ProblemKind(
    "not_ready",
    503,
    "Not ready",
    "The node does not record now.",
    "Send the same bytes again later.",
    retryable=True,
)
BUSY: Final = ProblemKind(
    "busy",
    503,
    "Busy",
    "Too much waits already; nothing was done.",
    "Send the same bytes again as soon as Retry-After says.",
    retryable=True,
)
STOPPING: Final = ProblemKind(
    "stopping",
    503,
    "Stopping",
    "The node is stopping; nothing was done.",
    "Send the same bytes again when it is back.",
    retryable=True,
)
LOG_DAMAGED: Final = ProblemKind(
    "log_damaged",
    503,
    "Damaged on this node's disk",
    "What is stored of these entries is not what was signed, so it is neither shown nor proved here.",
    "Ask again later: the node fetches them from its peers. Any other node that holds the log has them.",
    retryable=True,
)
OUTCOME_UNKNOWN: Final = ProblemKind(
    "outcome_unknown",
    503,
    "Outcome unknown",
    "Storage failed meanwhile: it may be recorded or not.",
    "Send the very same bytes again, never a newly signed payment: they are recorded only once.",
    retryable=True,
)
PUBLICATION_MALFORMED: Final = ProblemKind(
    "publication_malformed",
    400,
    "Not a publication",
    "This is not a publication, or not one of this cooperative's stewards.",
    "Publish with `fiado index publish` or `fiado federation endorse` and a key of its stewards.",
)
NOT_PUBLISHER: Final = ProblemKind(
    "not_publisher",
    422,
    "Not a publisher",
    "This cooperative does not take part in that decision.",
    "The charter names those that do.",
)
DECISION_TAKEN: Final = ProblemKind(
    "decision_taken",
    409,
    "Decided already",
    "The federation has decided this already; it stays.",
    "Look at /v1/index/prints or /v1/federation/changes for what was decided.",
)
DECISION_EARLY: Final = ProblemKind(
    "decision_early",
    409,
    "Too early",
    "Other decisions have to be taken before this one.",
    "Publish those first; /v1/index and /v1/federation say which come next.",
)
DECISION_SIGNED: Final = ProblemKind(
    "decision_signed",
    409,
    "Signed otherwise",
    "The node has signed another observation of this week, and signs one only.",
    "It stays; what the federation decides follows from all cooperatives' observations.",
)
SURVEY_MISSING: Final = ProblemKind(
    "survey_missing",
    422,
    "Survey file missing",
    "The survey file is missing, too large, or not the one that the observation names.",
    "Publish the closed week's file as it is.",
)
DECISION_OBJECTED: Final = ProblemKind(
    "decision_objected",
    409,
    "Not so",
    "What this says is not so, as far as the node knows.",
    "Look at what the detail names, and try again when it is as it should be.",
)
