"""The refusals of the protocol in words for people: each under its own name, with its number.

A refusal names the rule that was broken and knows nothing of what the person wanted; so the words tell
the usual cause and the usual way out. Refusals that only nodes and publishers of the index can earn share
one wording.
"""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal
from node.http.base.guarantee_problems import GUARANTEE_REFUSALS
from node.http.base.leaving_problems import LEAVING_REFUSALS
from node.http.base.opening_problems import OPENING_REFUSALS
from node.http.base.owning_problems import OWNING_REFUSALS
from node.http.base.problem import Problem, ProblemKind
from node.http.base.recovery_problems import RECOVERY_REFUSALS
from node.http.base.voting_problems import VOTING_REFUSALS

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
    Refusal.TIME_OUT_OF_RANGE: (
        422,
        "Time out of range",
        "The entry would lie after the year 9999.",
        "Set the node's clock.",
    ),
    Refusal.DAY_FULL: (
        429,
        "The day is full",
        "This cooperative has recorded as many entries today as the charter lets a log have in a day.",
        "Send the same bytes again after midnight, universal time.",
    ),
    Refusal.COOP_QUARANTINED: (
        422,
        "In quarantine",
        "The cooperatives have put this cooperative, or the one that is to be paid, into quarantine.",
        "Wait until the cooperatives have readmitted it; nothing has been paid.",
    ),
    Refusal.COOP_LEFT: (
        422,
        "The cooperative has left",
        "The cooperative has left the federation.",
        "Ask its members for their accounts elsewhere; nothing has been paid.",
    ),
    Refusal.COOP_NOT_ADMITTED: (
        409,
        "Not admitted yet",
        "The log of this cooperative has not taken in yet that the cooperative has joined.",
        "Try again when the others have decided, and the node has caught up.",
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
        "Nobody who could sign is in office as a steward at that place.",
        "Look up who is in office; who is frozen signs nothing.",
    ),
    Refusal.STEWARDS_TOO_FEW: (
        422,
        "Too few stewards",
        "Fewer stewards have signed than the bylaws or the charter ask for.",
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
    Refusal.BYLAWS_VERSION_WRONG: (
        409,
        "There are bylaws",
        "The founders' act adopts version 1, once; this cooperative has bylaws.",
        "Propose a change of the bylaws for the members to vote on.",
    ),
    Refusal.ARTICLE_UNKNOWN: (
        422,
        "No such article",
        "The bylaws have no article with one of those numbers.",
        "See section 13.1 of the protocol page, or `fiado bylaws explain`.",
    ),
    Refusal.ARTICLE_OUT_OF_RANGE: (
        422,
        "Value out of range",
        "An article has a value below the lowest or above the highest that it may have.",
        "See section 13.1 of the protocol page, or `fiado bylaws explain`.",
    ),
    Refusal.ARTICLES_CONTRADICT: (
        422,
        "Articles contradict",
        "Two articles can't both hold.",
        "`fiado bylaws draft` says which.",
    ),
    Refusal.SPEND_NUMBER_WRONG: (
        409,
        "Spent meanwhile",
        "It does not carry the number after that of what was spent last from the commons.",
        "Look at the commons again, and sign it with the next number.",
    ),
    Refusal.SPEND_NEEDS_VOTE: (
        422,
        "Takes a vote",
        "The bylaws let stewards spend less than that at a time.",
        "Propose the spending for the members to vote on.",
    ),
    Refusal.COMMONS_TOO_LOW: (
        422,
        "Not enough in the commons",
        "The commons would owe more than the bylaws allow.",
        "Spend less, or wait until the commons has more.",
    ),
    Refusal.CONTRIBUTION_MISSING: (
        422,
        "Contribution missing",
        "The bylaws of the payer's cooperative ask a contribution of each payment, and the fee is less.",
        "Sign the payment with the contribution as its fee; `GET /v1/info` has the rate.",
    ),
    Refusal.CEILING_EXCEEDED: (
        422,
        "Above the ceiling",
        "The payee's balance would pass the ceiling that the bylaws set for its class.",
        "Pay less, or ask the payee to spend first.",
    ),
    Refusal.CLASS_UNKNOWN: (
        422,
        "No such class",
        "The bylaws of the cooperative have no such class of accounts.",
        "Choose class 0 for a person or 1 for an organisation.",
    ),
    Refusal.FIRST_LIMIT_EXCEEDED: (
        422,
        "First limit too high",
        "The bylaws let members of that class begin with a lower limit.",
        "Admit with a lower limit, and raise it later.",
    ),
    Refusal.STATUS_UNCHANGED: (
        409,
        "Status unchanged",
        "The account has this status already.",
        "Nothing needs to be done.",
    ),
    **VOTING_REFUSALS,
    **RECOVERY_REFUSALS,
    **GUARANTEE_REFUSALS,
    **OPENING_REFUSALS,
    **LEAVING_REFUSALS,
    **OWNING_REFUSALS,
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
    Refusal.CEILING_EXCEEDED,
    Refusal.COMMONS_TOO_LOW,
    Refusal.COOP_QUARANTINED,
    Refusal.COOP_NOT_ADMITTED,
    Refusal.ENACTMENT_EARLY,
    Refusal.RECOVERY_RUNS,
    Refusal.GUARANTEE_BEYOND_ROOM,
    Refusal.GUARANTORS_TOO_MANY,
    Refusal.LEAVE_WITH_PLEDGES,
    Refusal.SETTLEMENT_EARLY,
    Refusal.COMMONS_DEBT_CEILING,
    Refusal.DEBT_ABOVE_AGREED,
    Refusal.PROPOSALS_TOO_MANY,
    Refusal.DELEGATE_DAY_CAP,
    Refusal.DELEGATE_UNTIL_WRONG,
}
"""Those that the very same bytes may pass later, when something else has happened."""


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


REFUSED: Final[Mapping[Refusal, ProblemKind]] = {
    refusal: _refusal_kind(refusal) for refusal in Refusal
}
"""The kind of problem that each refusal becomes."""


def refusal_problem(refusal: Refusal) -> Problem:
    """The problem that a refusal of the protocol becomes."""
    return Problem(REFUSED[refusal])
