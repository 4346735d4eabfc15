"""How a coop decides by votes: rolls, calls, majorities, late votes, and what follows from a decision."""

from dataclasses import replace

import pytest

from ledger.codec import decode, encode
from ledger.entries import decode_transaction
from ledger.government.actions import (
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.articles import Article
from ledger.government.bylaws import BYLAWS_CHAPTER
from ledger.government.office import OFFICE_CHAPTER, OFFICE_KEY, Seats, seats_of
from ledger.government.tally import ATTESTATION_TERM_S, Outcome
from ledger.refusals import Refusal
from ledger.rules.government.commons import COMMONS_CHAPTER, movements
from ledger.rules.government.votes import VOTES_CHAPTER
from ledger.transactions import Admit, SetStatus, Status, encode_transaction
from tests.builders import Books, MakeValidator, build_federation, open_books
from tests.government_builders import adopt_bylaws
from tests.voting_builders import (
    ABSTAIN,
    DAY,
    ELECTION,
    NO,
    NOTICE,
    SECOND_CALL,
    TEXT,
    YES,
    attest,
    cast,
    close,
    enact,
    open_vote,
    proposal_of,
    propose,
    register,
    vote,
)

MEMBERS = 10


@pytest.fixture
def books(make_validator: MakeValidator) -> Books:
    """A coop of ten members and no vote."""
    books = open_books(build_federation(seed="votes", coops=1), make_validator)
    books.admit(1, *range(1, MEMBERS + 1))
    return books


def say(books: Books, number: int, account: int, choice: object, sequence: int) -> Refusal | None:
    """What a vote is refused for, if it is."""
    transaction = vote(books.federation, 1, account, number, choice, sequence=sequence)  # type: ignore[arg-type]
    return books.refusal(1, transaction)


def test_with_more_than_half_of_the_roll_the_first_close_is_one(books: Books) -> None:
    number = open_vote(books)
    cast(books, number, *((account, YES) for account in range(1, 7)))
    first = proposal_of(books, number).first
    books.now = first
    assert say(books, number, 7, NO, 1) is Refusal.VOTE_LATE
    ended = close(books, number)
    assert (ended.outcome, books.now) == (Outcome.ENACTED, first)


def test_with_half_of_the_roll_the_vote_goes_on_to_the_second_call(books: Books) -> None:
    number = open_vote(books)
    cast(books, number, *((account, YES) for account in range(1, 6)))
    proposal = proposal_of(books, number)
    books.now = proposal.first
    assert books.refusal(1, enact(number, yes=5)) is Refusal.ENACTMENT_EARLY
    cast(books, number, (6, NO))
    assert proposal_of(books, number).is_second
    # Those who come between don't make the first close one after all.
    assert books.refusal(1, enact(number, yes=5, no=1)) is Refusal.ENACTMENT_EARLY
    books.now = proposal.second - 1
    assert books.refusal(1, enact(number, yes=5, no=1)) is Refusal.ENACTMENT_EARLY
    books.now = proposal.second
    assert say(books, number, 7, NO, 1) is Refusal.VOTE_LATE
    assert close(books, number).outcome is Outcome.ENACTED


def test_at_the_second_call_one_vote_is_enough(books: Books) -> None:
    number = open_vote(books)
    cast(books, number, (1, YES))
    assert close(books, number).outcome is Outcome.ENACTED


@pytest.mark.parametrize(
    ("choices", "outcome"),
    [
        ([], Outcome.REJECTED),
        ([NO], Outcome.REJECTED),
        ([YES, NO], Outcome.REJECTED),
        ([YES, NO, YES], Outcome.ENACTED),
        ([ABSTAIN] * 5, Outcome.REJECTED),
        ([ABSTAIN] * 9 + [YES], Outcome.ENACTED),
    ],
)
def test_a_simple_majority_is_of_yes_over_no(
    books: Books, choices: list[object], outcome: Outcome
) -> None:
    number = open_vote(books)
    for account, choice in enumerate(choices, start=1):
        assert say(books, number, account, choice, 1) is None
    assert close(books, number).outcome is outcome


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "outcome"),
    [
        (2, 1, 0, Outcome.ENACTED),
        (6, 3, 1, Outcome.ENACTED),
        (5, 3, 0, Outcome.REJECTED),
        (0, 0, 4, Outcome.REJECTED),
        (1, 0, 9, Outcome.ENACTED),
    ],
)
def test_a_special_majority_is_two_thirds_of_yes_and_no(
    books: Books, yes: int, no: int, abstain: int, outcome: Outcome
) -> None:
    number = open_vote(books, action=Resolve(is_special=True))
    choices = [YES] * yes + [NO] * no + [ABSTAIN] * abstain
    cast(books, number, *enumerate(choices, start=1))
    assert close(books, number).outcome is outcome


def test_a_vote_is_changed_until_the_close_and_the_last_counts(books: Books) -> None:
    number = open_vote(books)
    for sequence, choice in enumerate((YES, NO, ABSTAIN, NO), start=1):
        assert say(books, number, 1, choice, sequence) is None
    counts = proposal_of(books, number).counts
    assert (counts.yes, counts.no, counts.abstain) == (0, 1, 0)


def test_an_old_vote_is_never_taken_again(books: Books) -> None:
    number = open_vote(books)
    first = vote(books.federation, 1, 1, number, YES)
    books.append(1, first, vote(books.federation, 1, 1, number, NO, sequence=2))
    assert books.refusal(1, first) is Refusal.VOTE_REPEATED


def test_a_vote_counts_in_its_own_proposal_and_coop_only(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="votes", coops=2), make_validator)
    for coop in (1, 2):
        books.admit(coop, 1, 2)
        open_vote(books, coop)
    of_coop_2 = vote(books.federation, 2, 1, 1, YES)
    assert books.refusal(1, of_coop_2) is Refusal.SIGNATURE_INVALID
    books.append(2, of_coop_2)
    assert proposal_of(books, 1, 1).counts.participants == 0


def test_the_roll_is_that_of_the_opening(books: Books) -> None:
    number = open_vote(books, about=(9, 10))
    assert proposal_of(books, number).roll == MEMBERS - 2
    books.admit(1, 11)
    assert say(books, number, 11, YES, 1) is Refusal.NOT_ON_ROLL
    assert say(books, number, 9, YES, 1) is Refusal.NOT_ON_ROLL
    books.set_status(1, 8, Status.CLOSED)
    assert proposal_of(books, number).roll == MEMBERS - 2
    again = open_vote(books, about=(8, 9))
    assert proposal_of(books, again).roll == MEMBERS - 1  # without 8, who has left, and 9


def test_a_late_vote_that_turns_the_outcome_moves_the_closes_once(books: Books) -> None:
    number = open_vote(books)
    opened = proposal_of(books, number)
    cast(books, number, (1, NO))
    books.now = opened.first - DAY
    cast(books, number, (2, YES))  # a tie: nothing turns
    assert proposal_of(books, number).first == opened.first
    cast(books, number, (3, YES))
    moved = proposal_of(books, number)
    assert (moved.first, moved.second) == (opened.first + DAY, opened.second + DAY)
    books.now = moved.first - 1
    cast(books, number, (4, NO))
    assert (proposal_of(books, number).first, moved.has_moved) == (moved.first, True)


def test_a_vote_that_is_not_late_moves_nothing(books: Books) -> None:
    number = open_vote(books)
    opened = proposal_of(books, number)
    books.now = opened.first - DAY - 1
    cast(books, number, (1, YES))
    assert proposal_of(books, number).first == opened.first


def test_a_late_vote_at_the_second_call_moves_that_alone(books: Books) -> None:
    number = open_vote(books)
    opened = proposal_of(books, number)
    books.now = opened.first
    cast(books, number, (1, YES))
    moved = proposal_of(books, number)
    assert (moved.first, moved.second) == (opened.first, opened.second + DAY)


def test_the_votes_of_an_enacted_proposal_leave_the_state(books: Books) -> None:
    one, other = open_vote(books), open_vote(books)
    cast(books, one, (1, YES), (2, NO))
    cast(books, other, (1, YES))
    assert register(books).waiting == (one, other)
    ended = close(books, one)
    rows = books.validator.rows(1, VOTES_CHAPTER)
    assert [key for key, _ in rows] == [encode([other, 1])]
    assert register(books).waiting == (other,)
    assert (ended.counts.yes, ended.counts.no) == (1, 1)
    assert ended.enacted == books.validator.log(1).length


@pytest.mark.parametrize("members", [1, 2, 3])
def test_a_tenth_of_the_roll_opens_a_vote_without_stewards(
    make_validator: MakeValidator, members: int
) -> None:
    books = open_books(build_federation(seed="demand", coops=1), make_validator)
    books.admit(1, *range(1, 10 * members + 1))  # of 11 to 20 two are a tenth, rounded up
    if members > 1:
        books.admit(1, 99)
    first = books.now + NOTICE

    def demand(count: int) -> bytes:
        return propose(
            books.federation,
            1,
            1,
            first=first,
            second=first + SECOND_CALL,
            members=range(1, count + 1),
        )

    least = members if members == 1 else members + 1
    if least > 1:
        assert books.refusal(1, demand(least - 1)) is Refusal.DEMAND_TOO_SMALL
    books.append(1, demand(least))


def test_what_stewards_signed_opens_one_vote_and_not_too_late(books: Books) -> None:
    first = books.now + NOTICE
    signed = propose(books.federation, 1, 1, first=first, second=first + SECOND_CALL)
    books.now += 1
    assert books.refusal(1, signed) is Refusal.PROPOSAL_DATES_WRONG
    first = books.now + NOTICE
    signed = propose(books.federation, 1, 1, first=first, second=first + SECOND_CALL)
    books.append(1, signed)
    assert books.refusal(1, signed) is Refusal.PROPOSAL_NUMBER_WRONG


def test_a_limit_is_overturned_by_a_vote(books: Books) -> None:
    books.append(1, books.federation.limit(1, 1, revision=1, limit=10))
    action = DecideLimit(account=1, limit=500, from_=0, until=None, after=None)
    number = open_vote(books, action=action, about=(1,), members=(2,))
    cast(books, number, (2, YES), (3, YES), (4, NO))
    account = books.validator.account(1, 1)
    assert account is not None
    assert account.limit_at(books.now) == 10  # an appeal doesn't suspend
    assert close(books, number).outcome is Outcome.ENACTED
    account = books.validator.account(1, 1)
    assert account is not None
    assert (account.limit_at(books.now), account.revision) == (500, 2)


def test_an_account_is_frozen_and_thawed_by_votes(books: Books) -> None:
    for is_frozen, status in ((True, Status.FROZEN), (False, Status.OPEN)):
        number = open_vote(books, action=DecideStatus(account=1, is_frozen=is_frozen), about=(1,))
        cast(books, number, (2, YES))
        close(books, number)
        account = books.validator.account(1, 1)
        assert account is not None
        assert account.status is status


@pytest.mark.parametrize(("payee", "held_by"), [(3, 3), (None, 0)])
def test_who_is_expelled_passes_on_what_is_there(
    books: Books, payee: int | None, held_by: int
) -> None:
    books.pay(1, 2, 1, 1, 70)
    number = open_vote(books, action=Expel(account=1, payee=payee), about=(1,))
    cast(books, number, (2, YES))
    ended = close(books, number)
    account = books.validator.account(1, 1)
    assert account is not None
    assert (account.status, account.closed, account.balance) == (Status.CLOSED, ended.enacted, 0)
    assert books.balance(1, held_by) == 70


def test_members_adopt_bylaws_that_hold_for_the_next_vote(books: Books) -> None:
    articles = ((Article.NOTICE.value, 60), (Article.SECOND_QUORUM.value, 2))
    number = open_vote(books, action=AmendBylaws(articles=articles))
    other = open_vote(books)
    cast(books, number, (1, YES), (2, YES), (3, NO))
    cast(books, other, (1, YES))
    assert close(books, number).outcome is Outcome.ENACTED
    # The vote that was open goes on by the rules under which it opened: one voter is enough.
    assert close(books, other).outcome is Outcome.ENACTED
    first = books.now + 60
    books.append(1, propose(books.federation, 1, 3, first=first, second=first + SECOND_CALL))
    cast(books, 3, (1, YES))
    assert close(books, 3).outcome is Outcome.REJECTED
    (_, adopted) = books.validator.rows(1, BYLAWS_CHAPTER)[0]
    assert decode(adopted) == [[list(pair) for pair in articles], TEXT, first - 60]


def test_bylaws_need_two_thirds(books: Books) -> None:
    number = open_vote(books, action=AmendBylaws(articles=()))
    cast(books, number, (1, YES), (2, YES), (3, YES), (4, NO), (5, NO))
    assert close(books, number).outcome is Outcome.REJECTED


def test_members_spend_and_levy_and_the_sum_stays_zero(books: Books) -> None:
    books.pay(1, 1, 1, 2, 10_000)
    number = open_vote(books, action=DecideLevy(positive=50_000, negative=10_000))
    cast(books, number, (1, YES))
    close(books, number)
    assert [books.balance(1, each) for each in (0, 1, 2)] == [600, -10_100, 9_500]
    number = open_vote(books, action=DecideSpend(payee=3, amount=600), about=(3,))
    assert say(books, number, 3, YES, 1) is Refusal.NOT_ON_ROLL
    cast(books, number, (1, YES))
    close(books, number)
    assert [books.balance(1, each) for each in (0, 3)] == [0, 600]
    moved = movements(books.validator.rows(1, COMMONS_CHAPTER))
    assert [(each.number, each.account, each.amount) for each in moved] == [
        (1, None, 600),
        (2, 3, -600),
    ]


def test_who_became_a_member_too_lately_is_not_on_the_roll(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="membership", coops=1), make_validator)
    articles = {Article.MEMBERSHIP.value: 30 * DAY}
    books.append(1, adopt_bylaws(books.federation, 1, articles))
    books.admit(1, 1, 2)
    books.now += 31 * DAY
    books.admit(1, 3)
    number = open_vote(books)
    assert proposal_of(books, number).roll == 2
    assert say(books, number, 3, YES, 1) is Refusal.NOT_ON_ROLL
    books.now += 40 * DAY
    assert proposal_of(books, open_vote(books)).roll == 3


def test_what_has_become_impossible_is_enacted_without_effect(books: Books) -> None:
    number = open_vote(books, action=Expel(account=1, payee=None), about=(1,))
    cast(books, number, (2, YES))
    books.pay(1, 1, 1, 2, 5)
    ended = close(books, number)
    assert (ended.outcome, ended.against) == (
        Outcome.IMPOSSIBLE,
        Refusal.COMMONS_DEBT_CEILING,
    )
    account = books.validator.account(1, 1)
    assert account is not None
    assert account.status is Status.OPEN


def test_elected_stewards_take_the_place_of_the_founders(books: Books) -> None:
    elect(books, 4, 5, 6, threshold=2)
    federation = books.federation
    assert books.refusal(1, federation.admit(1, 11)) is Refusal.STEWARD_UNKNOWN
    books.append(1, admit_by(books, 11, {3: 4, 5: 6}))
    assert books.refusal(1, admit_by(books, 12, {3: 4})) is Refusal.STEWARDS_TOO_FEW
    assert books.refusal(1, admit_by(books, 12, {3: 4, 4: 6})) is Refusal.SIGNATURE_INVALID


def test_who_is_elected_again_keeps_the_place_and_no_place_is_given_twice(books: Books) -> None:
    elect(books, 4, 5, 6)
    elect(books, 2, 5)
    assert seats(books) == [(4, 5), (6, 2)]
    elect(books, 4)
    assert seats(books) == [(7, 4)]


def test_a_steward_whose_account_is_frozen_signs_nothing(books: Books) -> None:
    elect(books, 4, 5)
    books.append(1, status_by(books, 4, Status.FROZEN, {3: 4}))
    assert books.refusal(1, admit_by(books, 11, {3: 4})) is Refusal.STEWARD_UNKNOWN
    books.append(1, admit_by(books, 11, {4: 5}))


def test_freezing_a_steward_makes_nobody_else_more_powerful(books: Books) -> None:
    elect(books, 4, 5, threshold=2)
    books.append(1, status_by(books, 4, Status.FROZEN, {3: 4, 4: 5}))
    assert books.refusal(1, admit_by(books, 11, {4: 5})) is Refusal.STEWARDS_TOO_FEW
    assert books.refusal(1, status_by(books, 4, Status.OPEN, {4: 5})) is Refusal.STEWARDS_TOO_FEW
    number = open_vote(
        books, action=DecideStatus(account=4, is_frozen=False), about=(4,), members=(1,)
    )
    cast(books, number, (1, YES))
    assert close(books, number).outcome is Outcome.ENACTED
    books.append(1, admit_by(books, 11, {3: 4, 4: 5}))


def test_a_steward_whose_account_closes_counts_no_more(books: Books) -> None:
    elect(books, 4, 5, threshold=2)
    books.append(1, status_by(books, 4, Status.CLOSED, {3: 4, 4: 5}))
    books.append(1, admit_by(books, 11, {4: 5}))


def test_stewards_are_recalled_and_members_alone_elect_others(books: Books) -> None:
    number = open_vote(books, action=Recall(places=(0, 1, 2)), members=(1,))
    cast(books, number, (1, YES))
    close(books, number)
    nobody = books.federation.admit(1, 11, stewards=())
    assert books.refusal(1, nobody) is Refusal.STEWARDS_TOO_FEW
    assert books.refusal(1, books.federation.admit(1, 11)) is Refusal.STEWARD_UNKNOWN
    elect(books, 7, members=(1,))
    books.append(1, admit_by(books, 11, {3: 7}))


def test_when_one_is_recalled_the_others_go_on(books: Books) -> None:
    number = open_vote(books, action=Recall(places=(1,)))
    cast(books, number, (1, YES))
    close(books, number)
    assert books.refusal(1, books.federation.admit(1, 11)) is Refusal.STEWARD_UNKNOWN
    books.append(1, books.federation.admit(1, 11, stewards=(0, 2)))


def test_stewards_whose_term_has_ended_stay_until_others_are_elected(books: Books) -> None:
    elect(books, 4)
    books.now += 10 * 365 * DAY
    books.append(1, admit_by(books, 11, {3: 4}))


def test_of_those_elected_who_has_left_is_passed_over(books: Books) -> None:
    number = open_election(books, 4, 5)
    cast(books, number, (1, YES))
    books.set_status(1, 4, Status.CLOSED)
    assert close(books, number).outcome is Outcome.ENACTED
    assert seats(books) == [(3, 5)]


def test_an_election_elsewhere_is_attested_and_then_enacted(books: Books) -> None:
    number = open_vote(books, ballot=ELECTION)
    result = attest(books.federation, 1, number, yes=3, no=2)
    assert books.refusal(1, result) is Refusal.ENACTMENT_EARLY
    books.now = proposal_of(books, number).second
    assert books.refusal(1, enact(number)) is Refusal.ENACTMENT_EARLY
    books.append(1, result)
    assert close(books, number).outcome is Outcome.ENACTED


def test_an_election_elsewhere_with_a_quorum_ends_at_its_first_close(books: Books) -> None:
    number = open_vote(books, ballot=ELECTION)
    books.now = proposal_of(books, number).first
    few = attest(books.federation, 1, number, yes=5)
    assert books.refusal(1, few) is Refusal.ENACTMENT_EARLY
    books.append(1, attest(books.federation, 1, number, yes=4, abstain=2))
    assert close(books, number).outcome is Outcome.ENACTED


def test_an_election_that_nobody_attests_decides_nothing(books: Books) -> None:
    number = open_vote(books, ballot=ELECTION)
    books.now = proposal_of(books, number).second + ATTESTATION_TERM_S - 1
    assert books.refusal(1, enact(number)) is Refusal.ENACTMENT_EARLY
    books.now += 1
    books.append(1, enact(number))
    assert proposal_of(books, number).outcome is Outcome.REJECTED
    late = attest(books.federation, 1, number, yes=3)
    assert books.refusal(1, late) is Refusal.PROPOSAL_ENACTED


def test_a_proposal_survives_its_row(books: Books) -> None:
    number = open_vote(books, about=(1, 2), ballot=ELECTION)
    proposal = proposal_of(books, number)
    changed = replace(
        proposal, outcome=Outcome.IMPOSSIBLE, against=7, enacted=9, has_moved=True, result=ELECTION
    )
    assert type(proposal).decoded(changed.encoded()) == changed


# --- elections ---


def open_election(
    books: Books, *accounts: int, threshold: int = 1, members: tuple[int, ...] = ()
) -> int:
    until = books.now + NOTICE + SECOND_CALL + DAY
    action = Elect(seats=tuple((account, until) for account in accounts), threshold=threshold)
    if members:
        return open_vote(books, action=action, members=members)
    holders = {seat.place: seat.account for seat in office(books).taken}
    if any(account is not None for account in holders.values()):
        return open_vote(books, action=action, members=(1,))
    return open_vote(books, action=action)


def elect(books: Books, *accounts: int, threshold: int = 1, members: tuple[int, ...] = ()) -> None:
    number = open_election(books, *accounts, threshold=threshold, members=members)
    cast(books, number, (1, YES))
    assert close(books, number).outcome is Outcome.ENACTED


def office(books: Books) -> Seats:
    row = books.validator.row(1, OFFICE_CHAPTER, OFFICE_KEY)
    return seats_of(books.federation.charter.coops[1], row)


def seats(books: Books) -> list[tuple[int, int | None]]:
    return [(seat.place, seat.account) for seat in office(books).taken]


def admit_by(books: Books, account: int, signers: dict[int, int]) -> bytes:
    """An admission that members sign as stewards: place -> account."""
    admit = decode_transaction(books.federation.admit(1, account, stewards=()))
    assert isinstance(admit, Admit)
    return _signed(books, admit, signers)


def status_by(books: Books, account: int, status: Status, signers: dict[int, int]) -> bytes:
    revision = books.account_revision(1, account) + 1
    change = decode_transaction(
        books.federation.status(1, account, revision=revision, status=status, stewards=())
    )
    assert isinstance(change, SetStatus)
    return _signed(books, change, signers)


def _signed(books: Books, change: Admit | SetStatus, signers: dict[int, int]) -> bytes:
    message = books.federation.message(1, change)
    stewards = tuple(
        (place, books.federation.member_key(1, account).sign(message))
        for place, account in sorted(signers.items())
    )
    return encode_transaction(replace(change, stewards=stewards))
