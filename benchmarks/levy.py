"""A levy on a million balances: deciding and carrying it out, as a home node does and as a replica does.

Half of the accounts have something, the others owe it. The state is made without payments and loaded from a
snapshot, since how it came about does not matter. What the commons gets is compared with the sum that Python
makes of the same balances.
"""

from hashlib import sha256

from benchmarks.measuring import Options, check, seconds_of
from benchmarks.workload import ENOUGH
from ledger.entries import encode_entry
from ledger.government.articles import Article
from ledger.government.bylaws import BYLAWS_CHAPTER, Bylaws
from ledger.government.commons import Levy, Rates
from ledger.state import Account
from ledger.transactions import encode_transaction
from ledger.validators.choose import chosen_name, load_validator
from ledger.validators.listing import save_snapshot
from ledger.validators.log_state import empty_state
from tests.builders import START, Federation, build_federation

POSITIVE, NEGATIVE = 12_345, 6_789
PERIOD = 86_400


def run(options: Options) -> dict[str, object]:
    """Seconds for one levy, in which it is decided whether it may be collected and then it is."""
    count = 2_000 if options.small else options.payments or 1_000_000
    federation = build_federation(seed="levy", coops=1)
    balances = [_balance(place, count) for place in range(count)]
    snapshot = _snapshot(federation, balances)
    transaction = encode_transaction(Levy(number=1, positive=POSITIVE, negative=NEGATIVE))
    time = START + PERIOD
    home = load_validator(federation.founding, snapshot)
    seconds, done = seconds_of(lambda: home.sequence(1, time, [transaction]))
    check(done.count == 1, f"the levy was refused: {done.outcomes}")
    replica = load_validator(federation.founding, snapshot)
    entry = encode_entry(time, transaction)
    replay_seconds, replayed = seconds_of(lambda: replica.replay(1, entry))
    check(replayed.count == 1, "the levy was not replayed")
    check(home.log(1) == replica.log(1), "home and replica differ")
    rates = Rates(POSITIVE, NEGATIVE)
    expected = sum(map(rates.of, balances))
    check(home.log(1).commons == expected, "the commons got another sum")
    left = sum(account.balance for account in home.accounts(1))
    check(left + expected == 0, "the sum is not zero")
    return {
        "validator": chosen_name(),
        "accounts": count,
        "seconds": round(seconds, 3),
        "replay_seconds": round(replay_seconds, 3),
        "collected": expected,
    }


def _balance(place: int, count: int) -> int:
    """What the account at a place has: the second half owes what the first has."""
    half = count // 2
    amount = 1 + (place % half) * 7_919 % 1_000_003
    return amount if place < half else -amount


def _snapshot(federation: Federation, balances: list[int]) -> bytes:
    state = empty_state(federation.founding)
    log = state[1]
    log.heads_from, log.time = len(balances), START
    for number, balance in enumerate(balances, start=1):
        log.accounts[number] = Account(
            number=number,
            key=sha256(number.to_bytes(8, "big")).digest(),
            handle=f"member{number}",
            class_=0,
            limit=ENOUGH,
            opened=number,
            balance=balance,
        )
    articles = {
        Article.LEVY_POSITIVE.value: POSITIVE,
        Article.LEVY_NEGATIVE.value: NEGATIVE,
        Article.LEVY_PERIOD.value: PERIOD,
    }
    key, value = Bylaws(version=1, articles=articles, adopted=START).row()
    log.chapters[BYLAWS_CHAPTER] = {key: value}
    return save_snapshot(state)
