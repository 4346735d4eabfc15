"""Every problem that the HTTP interface can answer with, in words for people (RFC 9457).

One table: a stable `code`, a status, a title, what is wrong, what would make it work, and whether the
same request may succeed later. Refusals of the protocol are in it under their own names, with
their numbers. The CLI shows these words as they come.
"""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal
from node.http.invoices_problems import MERCHANT_PROBLEMS
from node.http.problem_kinds import ProblemKind as ProblemKind


class Problem(Exception):
    """Ends a request with a problem. `detail` may say more than the table does.

    `pointer` names the field that is wrong (RFC 6901), `retry_after_s` when to come back, `allow`
    the methods that the address takes.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        pointer: str | None = None,
        retry_after_s: int | None = None,
        allow: str | None = None,
    ) -> None:
        super().__init__(code)
        self.kind = PROBLEMS[code]
        self.detail = detail or self.kind.detail
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
            "remedy": kind.remedy,
            "retryable": kind.retryable,
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


_SIGN_AGAIN: Final = "Sign it with the key that belongs to it, for this federation and coop."
_NEW_REVISION: Final = (
    "Read the account's present revision, and sign a new change with the next one."
)

_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.ENTRY_TOO_LARGE: (
        413,
        "Too large",
        "The transaction is larger than an entry may be.",
        "Send at most 32,768 bytes.",
    ),
    Refusal.ENTRY_MALFORMED: (
        400,
        "Not a transaction",
        "These bytes are not a transaction in its canonical encoding.",
        "Build it as the protocol page, sections 2 and 6, describes; update your wallet if it made it.",
    ),
    Refusal.KIND_UNKNOWN: (
        400,
        "Unknown kind of transaction",
        "This node takes no transactions of this kind from outside.",
        "Send a payment, an admission, a limit or a status; update the wallet if it made it.",
    ),
    Refusal.TIME_FALLS: (
        422,
        "Time falls",
        "The entry is earlier than the one before it.",
        "Set the node's clock.",
    ),
    Refusal.ACCOUNT_UNKNOWN: (
        422,
        "No such account",
        "This cooperative has no account with that number.",
        "Check that you are at your own cooperative's node and that you have been admitted.",
    ),
    Refusal.SIGNATURE_INVALID: (
        422,
        "Wrong signature",
        "A signature in the transaction is not one of the key that had to sign it.",
        _SIGN_AGAIN,
    ),
    Refusal.ACCOUNT_CLOSED: (
        422,
        "Account closed",
        "The account was closed, which is final.",
        "Ask your cooperative's stewards for a new account.",
    ),
    Refusal.ACCOUNT_FROZEN: (
        422,
        "Account frozen",
        "The account is frozen: it can be paid, but can't pay.",
        "Read the reason in your account's changes, and ask your cooperative's stewards to thaw it.",
    ),
    Refusal.SEQUENCE_USED: (
        409,
        "Sequence number used",
        "Another payment of this account was recorded under this sequence number.",
        "Look at your history first: it may be a payment from another device. "
        "Then sign with the next sequence number.",
    ),
    Refusal.SEQUENCE_GAP: (
        409,
        "Sequence number too high",
        "An earlier payment of this account has not been recorded.",
        "Send the earlier payment again, the same bytes; or sign with the next sequence number.",
    ),
    Refusal.AMOUNT_OUT_OF_RANGE: (
        422,
        "Amount out of range",
        "The amount is not from 0.01 to 90,071,992,547,409.91.",
        "Pay an amount above zero.",
    ),
    Refusal.FEE_OUT_OF_RANGE: (
        422,
        "Fee out of range",
        "The fee is below zero or above the amount.",
        "Choose a fee from zero to the amount.",
    ),
    Refusal.COOP_UNKNOWN: (
        422,
        "No such cooperative",
        "The federation's charter has no cooperative with that number.",
        "Check the address after the @.",
    ),
    Refusal.PAYEE_IS_PAYER: (
        422,
        "Payment to oneself",
        "Payer and payee are the same account.",
        "Choose another payee.",
    ),
    Refusal.PAYEE_UNKNOWN: (
        422,
        "Payee not known",
        "There is no such account, or this node has not learned of it yet.",
        "Check the address. If the payee was admitted a moment ago, try again shortly.",
    ),
    Refusal.PAYEE_CLOSED: (
        422,
        "Payee's account closed",
        "The payee's account was closed.",
        "Ask the payee for another address.",
    ),
    Refusal.PRICE_NOT_KNOWN: (
        422,
        "Price not known yet",
        "The payment names a price of a day for which this log has no index value yet.",
        "Pay an amount in units, or wait until the index is published.",
    ),
    Refusal.PRICE_STALE: (
        422,
        "Price out of date",
        "The payment names a price of a day that lies too far back or ahead.",
        "Ask for a new price.",
    ),
    Refusal.PRICE_MISMATCH: (
        422,
        "Price and amount differ",
        "The amount is not the exact conversion of the price at that day's value.",
        "Let the wallet convert the price again.",
    ),
    Refusal.LIMIT_EXCEEDED: (
        422,
        "Over the credit limit",
        "The payment would take the account below its credit limit.",
        "Pay less, wait until someone pays you, or ask your stewards for a higher limit.",
    ),
    Refusal.CLEARING_LIMIT_EXCEEDED: (
        422,
        "Over the cooperative's clearing limit",
        "The payment would take your cooperative below what the charter lets it owe the others.",
        "Pay less, or wait until payments from other cooperatives arrive; "
        "payments within your cooperative still work.",
    ),
    Refusal.BALANCE_OUT_OF_RANGE: (
        422,
        "Balance out of range",
        "The payment would take a balance above the largest number that the ledger keeps.",
        "Pay less.",
    ),
    Refusal.ACCOUNT_EXISTS: (
        409,
        "Account number taken",
        "There is an account with this number already.",
        "Ask the node for a new proposal, and sign that.",
    ),
    Refusal.HANDLE_TAKEN: (
        409,
        "Handle taken",
        "An account of this cooperative has, or had, this handle.",
        "Choose another handle.",
    ),
    Refusal.KEY_INADMISSIBLE: (
        422,
        "Key not admissible",
        "The public key is not one that accounts may have.",
        "Make a new key with a well-known Ed25519 library; update the wallet if it made this one.",
    ),
    Refusal.STEWARD_UNKNOWN: (
        422,
        "No such steward",
        "The charter has no steward with that index for this cooperative.",
        "Use the steward's position in the charter, counted from 0.",
    ),
    Refusal.STEWARDS_TOO_FEW: (
        422,
        "Too few stewards",
        "Fewer stewards have signed than the charter asks for.",
        "Collect the signatures of more stewards, as files or as a draft at the node.",
    ),
    Refusal.REVISION_MISMATCH: (
        409,
        "Account changed meanwhile",
        "The change does not carry the account's next revision number.",
        _NEW_REVISION,
    ),
    Refusal.LIMIT_OUT_OF_RANGE: (
        422,
        "Limit out of range",
        "A limit is below zero or larger than the ledger keeps.",
        "Choose a limit from 0.00 on.",
    ),
    Refusal.LIMIT_DATES_INVALID: (
        422,
        "Dates in the wrong order",
        "The limit ends before it begins.",
        "Choose an end after the beginning, or no end.",
    ),
    Refusal.BALANCE_NOT_ZERO: (
        422,
        "Balance not zero",
        "Only an account with a balance of zero can be closed.",
        "Settle the balance first.",
    ),
    Refusal.STATUS_UNCHANGED: (
        409,
        "Status unchanged",
        "The account has this status already.",
        "Nothing needs to be done.",
    ),
}

_ONLY_NODES_GET: Final = (
    422,
    "Not valid",
    "The rules refuse this entry; only a node, or publishers of the index, can have made it.",
    "Look the number up in the protocol page, and tell whoever runs the node that made it.",
)
"""Nobody gets these by paying or by a steward's work, so their names and numbers suffice."""

_RETRYABLE_REFUSALS: Final = {
    Refusal.SEQUENCE_GAP,
    Refusal.PAYEE_UNKNOWN,
    Refusal.LIMIT_EXCEEDED,
    Refusal.CLEARING_LIMIT_EXCEEDED,
    Refusal.ACCOUNT_FROZEN,
    Refusal.PRICE_NOT_KNOWN,
}
"""Those that the very same bytes may pass later, when something else has happened."""


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
        "This node holds that entry, but no signature at exactly that place.",
        "Ask the node of the cooperative whose log it is, or the payer, who has the receipt.",
    ),
    _not_found(
        "draft_not_found",
        "There is no such draft: it was recorded, or a steward discarded it.",
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
        "outcome_unknown",
        503,
        "Outcome unknown",
        "Storage failed meanwhile: it may be recorded or not.",
        "Send the very same bytes again, never a newly signed payment: they are recorded only once.",
        retryable=True,
    ),
)


def _refusal_kind(refusal: Refusal) -> ProblemKind:
    status, title, detail, remedy = _REFUSALS.get(refusal, _ONLY_NODES_GET)
    return ProblemKind(
        refusal.code,
        status,
        title,
        detail,
        remedy,
        retryable=refusal in _RETRYABLE_REFUSALS,
        number=refusal.value,
    )


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    **{refusal.code: _refusal_kind(refusal) for refusal in Refusal},
    **{kind.code: kind for kind in (*_OTHERS, *MERCHANT_PROBLEMS)},
}
"""All problems by code."""
