"""Histories of a federation from a seed, in which everything happens: for parity tests and vectors.

`grow` takes steps that are likely to be accepted, now and then one that is not, and steers towards what is
rare by chance: payments to members who leave before they arrive, returns, limits that end.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Books

Happened = Counter[str]
"""How often each step was accepted (`pay`) or refused (`pay: limit_exceeded`)."""


def grow(
    books: Books, random: Random, steps: int, after: Callable[[], None] | None = None
) -> Happened:
    """Take `steps` steps, calling `after` after each. The books begin with members and anchors."""
    happened: Happened = Counter()
    names, weights = zip(*((step, weight) for step, weight in STEPS.items()), strict=True)
    for _ in range(steps):
        step = random.choices(names, weights)[0]
        for outcome in step(books, random):
            refused = f": {Refusal(-outcome).code}" if outcome < 0 else ""
            happened[step.__name__ + refused] += 1
        if after is not None:
            after()
    return happened


def some_coop(books: Books, random: Random) -> int:
    return random.choice(sorted(books.logs))


def some_account(books: Books, random: Random, coop: int) -> int:
    return random.choice([account.number for account in books.validator.accounts(coop)])


def pay(books: Books, random: Random) -> list[int]:
    coop, payee_coop = some_coop(books, random), some_coop(books, random)
    payee = some_account(books, random, payee_coop) if random.random() < 0.9 else 0
    payment = books.next_pay(
        coop,
        some_account(books, random, coop),
        payee_coop,
        payee,
        random.choice([1, 20, 300, 300, 4_000]),
        fee=random.choice([0, 0, 1]),
    )
    return books.offer(coop, payment)


def pay_again(books: Books, random: Random) -> list[int]:
    """The same bytes under a used sequence number, or the number after the next."""
    coop = some_coop(books, random)
    payer = some_account(books, random, coop)
    account = books.validator.account(coop, payer)
    assert account is not None
    sequence = account.next_sequence + random.choice([-1, 1])
    return books.offer(
        coop,
        books.federation.pay(
            coop, payer=payer, sequence=sequence, payee_coop=coop, payee=0, amount=1
        ),
    )


def admit(books: Books, random: Random) -> list[int]:
    coop = some_coop(books, random)
    number = len(list(books.validator.accounts(coop))) + random.choice([0, 1, 1])
    return books.offer(
        coop, books.federation.admit(coop, number, limit=random.choice([0, 500, 5_000]))
    )


def limit(books: Books, random: Random) -> list[int]:
    coop = some_coop(books, random)
    account = some_account(books, random, coop)
    from_ = books.now + random.randint(-20, 20)
    until, after = random.choice([(None, None), (from_ + random.randint(0, 20), 700)])
    change = books.federation.limit(
        coop,
        account,
        revision=books.account_revision(coop, account) + 1,
        limit=random.choice([0, 900, 9_000]),
        from_=from_,
        until=until,
        after=after,
    )
    return books.offer(coop, change)


def status(books: Books, random: Random) -> list[int]:
    coop = some_coop(books, random)
    account = some_account(books, random, coop)
    revision = books.account_revision(coop, account) + 1
    wanted = random.choice([Status.OPEN, Status.OPEN, Status.FROZEN])
    return books.offer(
        coop, books.federation.status(coop, account, revision=revision, status=wanted)
    )


def leave(books: Books, random: Random) -> list[int]:
    """Somebody is paid and leaves before it arrives; sometimes the payer leaves as well."""
    coop, home = some_coop(books, random), some_coop(books, random)
    payer, leaver = some_account(books, random, coop), some_account(books, random, home)
    outcomes = books.offer(coop, books.next_pay(coop, payer, home, leaver, 50))
    leavers = [(home, leaver), (coop, payer)] if random.random() < 0.3 else [(home, leaver)]
    for where, account in leavers:
        outcomes += settle(books, where, account)
        revision = books.account_revision(where, account) + 1
        close = books.federation.status(where, account, revision=revision, status=Status.CLOSED)
        outcomes += books.offer(where, close)
    return outcomes


def settle(books: Books, coop: int, account: int) -> list[int]:
    balance = books.balance(coop, account)
    if balance > 0:
        return books.offer(coop, books.next_pay(coop, account, coop, 0, balance))
    others = [other.number for other in books.validator.accounts(coop) if other.number != account]
    if balance < 0:
        return books.offer(coop, books.next_pay(coop, others[0], coop, account, -balance))
    return []


def anchor(books: Books, random: Random) -> list[int]:
    home, other = random.sample(sorted(books.logs), 2)
    length = max(0, len(books.logs[other]) - random.choice([0, 0, 1, 5]))
    return books.offer(home, books.anchor_bytes(other, length))


def give_back(books: Books, random: Random) -> list[int]:
    coop = some_coop(books, random)
    return [
        outcome
        for item in books.validator.returnable(coop)
        for outcome in books.offer(coop, books.federation.give_back(item.coop, item.number))
    ]


def wait(books: Books, random: Random) -> list[int]:
    books.now += random.randint(-2, 10)
    return []


STEPS: dict[Callable[[Books, Random], list[int]], int] = {
    pay: 60,
    pay_again: 3,
    admit: 5,
    limit: 6,
    status: 6,
    leave: 4,
    anchor: 20,
    give_back: 5,
    wait: 5,
}
"""Each step and how often it is taken, relative to the others."""
