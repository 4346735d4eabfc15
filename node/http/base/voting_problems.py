"""The refusals of proposals and votes in words, as `refusals_problems` has those of other kinds."""

from collections.abc import Mapping
from typing import Final

from ledger.refusals import Refusal

_LOOK_AGAIN: Final = "Look the proposal up again; it says when it closes and what became of it."

VOTING_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str, str]]] = {
    Refusal.PROPOSAL_NUMBER_WRONG: (
        409,
        "Not the next proposal",
        "Proposals are numbered without gaps, and this number is not the next.",
        "Another one was opened meanwhile: sign yours again with the next number.",
    ),
    Refusal.PROPOSALS_TOO_MANY: (
        422,
        "Too many proposals",
        "The stewards, or one of these members, have as many proposals open as they may.",
        "Wait until one of them has closed, or let others sign who have demanded fewer.",
    ),
    Refusal.PROPOSAL_DATES_WRONG: (
        422,
        "Dates against the bylaws",
        "The vote would close earlier than the bylaws let it, or only after more than a year.",
        "Choose later days: the bylaws say how long before the first close a vote is announced.",
    ),
    Refusal.PROPOSAL_ABOUT_WRONG: (
        422,
        "About somebody else",
        "The proposal does not name exactly those whose own matter it is.",
        "Make it again with this node's help; update the wallet if it made it.",
    ),
    Refusal.DEMAND_TOO_SMALL: (
        422,
        "Too few ask for it",
        "Fewer members have signed than the bylaws ask for to open a vote without the stewards.",
        "Collect more members' signatures under the same proposal.",
    ),
    Refusal.APPEAL_LATE: (
        422,
        "Too late for an appeal",
        "The stewards' last decision about this account is longer ago than the bylaws give for an appeal.",
        "Ask them to decide anew, which can be appealed against again, or to open the vote themselves.",
    ),
    Refusal.NOT_ON_ROLL: (
        422,
        "Not on the roll",
        "This account can't vote about it: it was admitted too late, or it is about the account itself.",
        "Nothing can be done for this proposal; the roll is fixed when a vote opens.",
    ),
    Refusal.PROPOSAL_UNKNOWN: (
        422,
        "No such proposal",
        "The cooperative has no proposal of that number.",
        "Look at the list of proposals.",
    ),
    Refusal.BALLOT_ELSEWHERE: (
        422,
        "Votes are cast elsewhere",
        "This vote is secret, and is held with another program.",
        "The proposal's text says where and how to vote.",
    ),
    Refusal.VOTE_LATE: (
        422,
        "The vote is closed",
        "This proposal has closed, and takes no more votes.",
        _LOOK_AGAIN,
    ),
    Refusal.VOTE_REPEATED: (
        409,
        "Voted already",
        "A vote of this account with that number has been recorded already.",
        "Look at what you have said; to change it, sign the next number.",
    ),
    Refusal.VOTE_SEQUENCE_GAP: (
        409,
        "An earlier vote is missing",
        "The vote does not carry the number that follows the account's last vote.",
        "Look at what you have said so far, and sign the next number.",
    ),
    Refusal.VOTE_UNCHANGED: (
        409,
        "Said already",
        "The account has said exactly this already.",
        "Nothing needs to be done.",
    ),
    Refusal.COUNT_WRONG: (
        422,
        "Another count",
        "This is not the count of the votes, or more people would have voted than are on the roll.",
        "Count again; every node counts by itself.",
    ),
    Refusal.PROPOSAL_ENACTED: (
        409,
        "Decided already",
        "This proposal has been counted and ended already.",
        _LOOK_AGAIN,
    ),
    Refusal.ATTESTATION_OUT_OF_PLACE: (
        422,
        "No result is awaited",
        "Members vote about this proposal in the books, or its result has been told already.",
        _LOOK_AGAIN,
    ),
    Refusal.ELECTION_IMPOSSIBLE: (
        422,
        "An impossible election",
        "More signatures would be needed than stewards are elected, or the bylaws ask for more stewards.",
        "Propose more people, or a lower number of signatures.",
    ),
    Refusal.TERM_OF_OFFICE_WRONG: (
        422,
        "Term of office against the bylaws",
        "A term would end before the vote does, or last longer than the bylaws let it.",
        "Choose another day for the end of the term.",
    ),
    Refusal.PLACE_NOT_IN_OFFICE: (
        422,
        "Not in office",
        "Nobody is a steward at that place.",
        "Look up who is in office.",
    ),
    Refusal.ENACTMENT_EARLY: (
        422,
        "The vote goes on",
        "The vote has not closed yet.",
        "Wait until it has closed.",
    ),
}
