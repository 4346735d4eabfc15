"""What the node refuses is said on its pages in the visitor's language."""

import re
from pathlib import Path

import node.web
from ledger.refusals import Refusal
from node.http.base.problem import kinds_in
from node.http.base.problems import KEY_FORBIDDEN, KEY_INVALID
from node.http.merchant import problems
from node.http.notices import problems as notices_problems

PARTS = Path(node.web.__file__).parent / "static" / "parts"
EXPLAINED = tuple(
    PARTS / f"{name}.js"
    for name in (
        "explain",
        "explain_votes",
        "explain_guarantees",
        "explain_selling",
        "explain_notices",
        "explain_owning",
        "explain_refunds",
    )
)

NEVER_BY_A_PAGE = {
    # Pages make these transactions themselves; that one is malformed is a fault, not a person's mistake.
    "entry_too_large",
    "entry_malformed",
    "kind_unknown",
    "time_falls",
    "time_out_of_range",
    "account_unknown",
    "signature_invalid",
    "sequence_gap",
    "fee_out_of_range",
    "coop_unknown",
    "steward_unknown",
    "stewards_too_few",
    # Bylaws are adopted with the program.
    "bylaws_version_wrong",
    "article_unknown",
    "article_out_of_range",
    "articles_contradict",
    # Keys are replaced, and guardians named and asked, with the program.
    "key_unchanged",
    "guardians_impossible",
    "wait_out_of_range",
    "recovery_number_wrong",
    "guardians_wrong",
    "guardian_unknown",
    "guardians_too_few",
    "restore_early",
    "lapse_early",
    # With the program owners are named, and several sign.
    "owners_impossible",
    "owners_unchanged",
    "account_not_joint",
    "owner_unknown",
    "owners_too_few",
    # Books are opened, and balances agreed with, with the program.
    "opening_repeated",
    "opening_part_wrong",
    "opening_late",
    "opening_sum_wrong",
    "opening_missing",
    "acknowledged_already",
    "balance_not_opened",
    # Only the program pays at a price that is not a bill's.
    "price_stale",
    "price_mismatch",
    # Who waits is told that this can't be done now, whatever the reason.
    "notice_join_not_found",
    # Programs of shops only.
    "idempotency_key_malformed",
    "idempotency_in_progress",
    "idempotency_mismatch",
    "invoice_exists",
    "currency_unknown",
    "quote_too_long",
    "zone_unknown",
    "last_event_id_malformed",
}
AT_THE_DESK = {
    "charter_standing_wrong",
    "charter_unchanged",
    "charter_key_taken",
    "charter_quorum_impossible",
    "charter_losses_wrong",
}
"""What stewards meet who propose a change of the charter at the desk."""

BY_NODES_OR_PROGRAMS = re.compile(
    "anchor|witness|return|levy_|charter_|decision_|index_(?!missing)|publisher|webhook|endpoint|deliver"
)


def test_every_refusal_that_people_meet_has_words() -> None:
    scripts = "".join(path.read_text("utf-8") for path in EXPLAINED)
    worded = set(re.findall(r"^  ([a-z_]+): ", scripts, re.MULTILINE))
    said = (*kinds_in(problems), *kinds_in(notices_problems), KEY_INVALID, KEY_FORBIDDEN)
    of_merchants = {kind.code for kind in said}
    known = {refusal.code for refusal in Refusal} | of_merchants
    met = {code for code in known - NEVER_BY_A_PAGE if not BY_NODES_OR_PROGRAMS.search(code)}
    assert met - worded == set(), "node/web/static/parts/explain*.js word them"


def test_what_a_proposal_at_the_desk_meets_has_words() -> None:
    source = (PARTS / "proposing.js").read_text("utf-8")
    assert set(re.findall(r"^  ([a-z_]+): ", source, re.MULTILINE)) == AT_THE_DESK
    assert {refusal.code for refusal in Refusal} >= AT_THE_DESK
