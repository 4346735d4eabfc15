"""Every problem that the HTTP interface can answer with, in words for people (RFC 9457).

One table: a stable `code`, a status, a title, what is wrong, what would make it work, and whether the
same request may succeed later. Written here is what the interface itself has to say; the refusals of the
protocol (`refusals_problems`) and what merchants meet (`invoices_problems`) are added. The CLI shows
these words as they come.
"""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal
from node.http.base.problem_kinds import ProblemKind
from node.http.base.refusals_problems import REFUSAL_PROBLEMS
from node.http.merchant.problems import MERCHANT_PROBLEMS


class Problem(Exception):
    """Ends a request with a problem. `detail`, `remedy` and `retryable` may differ from the table's.

    `pointer` names the field that is wrong (RFC 6901), `retry_after_s` when to come back, `allow`
    the methods that the address takes. `is_for_all_pages` lets pages of other nodes read it.
    """

    is_for_all_pages = False

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        retry_after_s: int | None = None,
        allow: str | None = None,
        remedy: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(code)
        self.kind = PROBLEMS[code]
        self.detail = detail or self.kind.detail
        self.remedy = remedy or self.kind.remedy
        self.retryable = self.kind.retryable if retryable is None else retryable
        self.pointer = pointer
        self.retry_after_s = retry_after_s
        self.allow = allow

    def as_json(self, request_id: str) -> dict[str, object]:
        """The members of the answer."""
        kind = self.kind
        answer: dict[str, object] = {
            "type": f"urn:fiado:problem:{kind.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "code": kind.code,
            "remedy": self.remedy,
            "retryable": self.retryable,
            "request_id": request_id,
        }
        if kind.number is not None:
            answer["number"] = kind.number
        if self.pointer is not None:
            answer["pointer"] = self.pointer
        return answer


def refusal_problem(refusal: Refusal) -> Problem:
    """The problem that a refusal of the protocol becomes."""
    return Problem(refusal.code)


def _not_found(code: str, what: str, remedy: str) -> ProblemKind:
    return ProblemKind(code, 404, "Not found", what, remedy)


_OTHERS: Final = (
    ProblemKind(
        "request_malformed",
        400,
        "Request not understood",
        "The request is not as this interface describes it.",
        "Compare it with /openapi.json.",
    ),
    ProblemKind(
        "wrong_endpoint",
        400,
        "Wrong place for this transaction",
        "Only payments are taken here.",
        "Send admissions, limits and statuses to /v1/transactions.",
    ),
    ProblemKind(
        "unauthorized",
        401,
        "Session needed",
        "This is only for those who have shown who they are.",
        "Open a session: POST /v1/sessions/challenge, sign, POST /v1/sessions.",
    ),
    ProblemKind(
        "session_invalid",
        401,
        "Session over",
        "The session has ended or was never there.",
        "Open a new session.",
    ),
    ProblemKind(
        "session_ended",
        401,
        "Ended for a newer session",
        "This session was ended before its time, since you have opened so many newer ones.",
        "Open a new session. A program that asks often should go on with one session, or use an API key.",
    ),
    ProblemKind(
        "challenge_invalid",
        401,
        "Challenge not answered",
        "The challenge is too old, was used before, or was not signed by that account or steward.",
        "Ask for a new challenge and sign it with the right key.",
    ),
    ProblemKind(
        "forbidden",
        403,
        "Not yours to see",
        "Only the account's owner and the cooperative's stewards may do this.",
        "Open a session as the one who may.",
    ),
    _not_found("not_found", "There is nothing at this address.", "See /openapi.json."),
    _not_found("account_not_found", "There is no such account.", "Check handle and cooperative."),
    _not_found(
        "coop_not_found", "The charter has no such cooperative.", "See /v1/charter for their names."
    ),
    _not_found(
        "payment_not_found",
        "This node holds no payment at that place.",
        "Check cooperative and index; a node may still be catching up.",
    ),
    _not_found(
        "entry_not_found",
        "This node holds no such entry of that log so far.",
        "Check the number; a node may still be catching up. The cooperative's own node knows it first.",
    ),
    _not_found(
        "receipt_not_found",
        "This node holds that entry, but no signature of the cooperative over it or close enough after it.",
        "Ask the node of the cooperative whose log it is, or the payer, who has the receipt.",
    ),
    _not_found(
        "draft_not_found",
        "There is no such draft: it was recorded, a steward discarded it, or it has expired.",
        "Look at the account, or make a new draft.",
    ),
    _not_found("reason_not_found", "There is no such reason.", "Check the hash."),
    _not_found(
        "memo_not_found", "There is no memo for you under this reference.", "It may be erased."
    ),
    _not_found(
        "no_index",
        "This federation's unit is not indexed to prices.",
        "Pay in units; an index takes a charter with an [index] table.",
    ),
    _not_found("certificate_not_found", "There is no such decision.", "See /v1/index/prints."),
    _not_found("survey_not_found", "There is no such survey file.", "Ask another node, or later."),
    ProblemKind(
        "publication_malformed",
        400,
        "Not a publication",
        "This is not a publication, or not one of this cooperative's stewards.",
        "Publish with `fiado index publish` and a steward's key of this cooperative.",
    ),
    ProblemKind(
        "not_publisher",
        422,
        "Not a publisher",
        "This cooperative does not publish the index.",
        "The charter names those that do.",
    ),
    ProblemKind(
        "decision_taken",
        409,
        "Decided already",
        "The federation has decided this already; it stays.",
        "Look at /v1/index/prints for what was decided.",
    ),
    ProblemKind(
        "decision_early",
        409,
        "Too early",
        "Other decisions have to be taken before this one.",
        "Publish those first; /v1/index says which comes next.",
    ),
    ProblemKind(
        "decision_signed",
        409,
        "Signed otherwise",
        "The node has signed something else for this number, and signs one content only.",
        "Agree with the other cooperatives on what was signed.",
    ),
    ProblemKind(
        "survey_missing",
        422,
        "Survey file missing",
        "The survey file is missing, too large, or not the one that the observation names.",
        "Publish the closed week's file as it is.",
    ),
    _not_found("evidence_not_found", "There is no such evidence.", "See /v1/evidence."),
    ProblemKind(
        "method_not_allowed",
        405,
        "Wrong method",
        "This address does not take that method.",
        "See /openapi.json.",
    ),
    ProblemKind(
        "number_taken",
        409,
        "Account number taken",
        "The number was given to somebody else meanwhile.",
        "Ask for a new proposal, and sign that.",
    ),
    ProblemKind(
        "body_too_large",
        413,
        "Too large",
        "The body is larger than this address takes.",
        "Send less at a time.",
    ),
    ProblemKind(
        "content_type_unsupported",
        415,
        "Kind of content not taken",
        "The body is of a type, or in an encoding, that this address does not take.",
        "Send application/octet-stream or application/json, as /openapi.json says, uncompressed.",
    ),
    ProblemKind(
        "upgrade_required",
        426,
        "WebSocket needed",
        "Nodes talk here over a WebSocket.",
        "Nothing is wrong if you are not a node: this address is not for you.",
    ),
    ProblemKind(
        "too_many_requests",
        429,
        "Too many requests",
        "Your address has caused more costly or failing requests than one may.",
        "Wait as long as Retry-After says.",
        retryable=True,
    ),
    ProblemKind(
        "internal",
        500,
        "A mistake in this program",
        "The node could not answer because of a mistake of its own.",
        "Report it with the request id. If you sent a payment, look at your history, "
        "or send the same bytes again, which is safe.",
        retryable=True,
    ),
    ProblemKind(
        "not_ready",
        503,
        "Not ready",
        "The node does not record now.",
        "Send the same bytes again later.",
        retryable=True,
    ),
    ProblemKind(
        "busy",
        503,
        "Busy",
        "Too much waits already; nothing was done.",
        "Send the same bytes again as soon as Retry-After says.",
        retryable=True,
    ),
    ProblemKind(
        "stopping",
        503,
        "Stopping",
        "The node is stopping; nothing was done.",
        "Send the same bytes again when it is back.",
        retryable=True,
    ),
    ProblemKind(
        "log_damaged",
        503,
        "Damaged on this node's disk",
        "What is stored of these entries is not what was signed, so it is neither shown nor proved here.",
        "Ask again later: the node fetches them from its peers. Any other node that holds the log has them.",
        retryable=True,
    ),
    ProblemKind(
        "outcome_unknown",
        503,
        "Outcome unknown",
        "Storage failed meanwhile: it may be recorded or not.",
        "Send the very same bytes again, never a newly signed payment: they are recorded only once.",
        retryable=True,
    ),
)


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    kind.code: kind for kind in (*REFUSAL_PROBLEMS, *_OTHERS, *MERCHANT_PROBLEMS)
}
"""All problems by code."""
