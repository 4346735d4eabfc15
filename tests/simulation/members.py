"""Members with their wallets, and stewards, as they really behave: they ask again until they know.

A wallet signs one payment (or a batch), sends it, and if no answer comes sends *the same bytes* again. It
signs something else under a sequence number only after a refusal, and after asking its node for the next
number. Two wallets of one account may race each other.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ledger.account_keys import Owners
from ledger.government.articles import Article
from ledger.government.commons import contribution_of
from ledger.refusals import Refusal
from ledger.rules.office import bylaws_in_force
from ledger.rules.owning import joint_owners
from ledger.signatures import SigningKey
from ledger.transactions import Limit, Price, SetStatus, Status
from ledger.validators.reading import LogReader
from node.engine.answers import BatchRecorded, Failed, Recorded, Refused
from node.engine.events import Ask, Publish, Submit, SubmitBatch
from node.engine.view import View
from tests.builders import REASON
from tests.simulation.hands import Desk, Keyring, spared
from tests.simulation.plan import Plan
from tests.simulation.world import World

PATIENCE_MS = 400
"""After this a member takes an answer for lost."""

OfferAny = Callable[[int, Submit | SubmitBatch | Ask | Publish, Callable[[Any], None]], None]
"""`offer(coop, event, answered)`: give it to the coop's node; `answered` may never be called."""


class Members:
    """What wallets and stewards of one run share."""

    def __init__(self, world: World, keys: Keyring, offer: OfferAny, plan: Plan) -> None:
        self.world = world
        self.keys = keys
        federation = self.federation = keys.federation
        self.offer = offer
        self.members = plan.members
        self.governs = plan.governs
        self.coops = sorted(federation.charter.coops)
        """The coops that people pay to; those that have joined too."""
        self.spending = True
        """Whether wallets begin new payments."""
        self.publishing = True
        """Whether stewards look for what there is to publish."""
        self.rush: tuple[int, int] | None = None
        """An account, as (coop, number), that nearly everybody pays just now."""
        self.price_of: Callable[[int, int], Price] | None = None
        """With an index: the price that is worth an amount on a day, as far as anybody knows."""
        self.known_until: Callable[[], int] | None = None
        """With an index: the last day of which anybody knows the value."""
        self.leaver = 0
        """A coop that is to leave one day: its commons has nothing and nobody there owes anything."""
        self.leaving: set[int] = set()
        """The coops whose members don't begin anything more."""
        self._request = 0
        self.open_questions: Counter[int] = Counter()
        """How many members of each coop wait for an answer."""

    def next_request(self) -> int:
        """A new mark for a request."""
        self._request += 1
        return self._request

    def ask_until_answered(
        self,
        coop: int,
        make: Callable[[int], Submit | SubmitBatch | Ask | Publish],
        done: Callable[..., None],
    ) -> None:
        """Send the same again until an answer comes, then call `done` with it, once."""
        answers: list[Any] = []
        self.open_questions[coop] += 1

        def answered(result: Any) -> None:
            if not answers and not isinstance(result, Failed):
                answers.append(result)
                self.open_questions[coop] -= 1
                done(result)

        def send() -> None:
            if not answers:
                self.offer(coop, make(self.next_request()), answered)
                self.world.after(PATIENCE_MS + self.world.random.randint(0, 200), send)

        send()


class Wallet:
    """One device that holds an account's key."""

    def __init__(self, shared: Members, coop: int, account: int) -> None:
        self._shared = shared
        self._coop = coop
        self._account = account
        self._sequence = 1
        self._key: SigningKey | None = None
        """What the account has instead of its first key, as far as this device knows."""
        self._owners: Owners | None = None
        """Who signs besides: of a joint account, as far as it knows."""
        self._contribution = 0
        """The least rate of fees, as far as it knows, in millionths."""
        self._world = shared.world

    def start(self, delay_ms: int) -> None:
        """Begin to pay after a while."""
        self._world.after(delay_ms, self._act)

    def _act(self) -> None:
        if not self._shared.spending or self._coop in self._shared.leaving:
            return
        count = self._world.random.choice((1, 1, 1, 1, 5))
        payments = [self._payment(self._sequence + place) for place in range(count)]
        if count == 1:
            self._submit(payments[0])
        else:
            self._submit_batch(payments)

    def _payment(self, sequence: int) -> bytes:
        random = self._world.random
        is_local = random.random() < 0.3
        coop = self._coop if is_local else random.choice(self._shared.coops)
        payee = random.randint(0, self._shared.members + (random.random() < 0.05))
        if self._shared.rush is not None and random.random() < 0.9:
            coop, payee = self._shared.rush
        if coop == self._shared.leaver:
            payee = max(1, payee)
        amount = random.choice((1, random.randint(1, 500), random.randint(1, 3_000)))
        price = self._price(amount)
        offered = amount if random.random() > 0.02 else random.choice((0, -1, 2**60))
        fee = 0 if self._coop == self._shared.leaver else random.choice((0, 0, 1))
        is_to_commons = (coop, payee) == (self._coop, 0)
        owed = contribution_of(amount, rate=self._contribution, is_to_commons=is_to_commons)
        payment = self._shared.federation.pay(
            self._coop,
            payer=self._account,
            sequence=sequence,
            payee_coop=coop,
            payee=payee,
            amount=offered,
            fee=max(fee, owed),
            price=price,
            signed_by=self._key,
        )
        return payment if self._owners is None else self._signed_by(self._owners, payment)

    def _signed_by(self, owners: Owners, payment: bytes) -> bytes:
        """The payment as enough of the owners sign it."""
        random, size = self._world.random, len(owners.keys)
        places = sorted(random.sample(range(size), random.randint(owners.needed, size)))
        return self._shared.keys.signed_by_owners(self._coop, payment, owners, places)

    def _price(self, amount: int) -> Price | None:
        """Often a price where there is an index; now and then one that is too old or does not fit."""
        random, price_of = self._world.random, self._shared.price_of
        if price_of is None or random.random() < 0.5:
            return None
        day = self._world.day - random.choice((0, 0, 0, 0, 1, 7, 8))
        if self._shared.known_until is not None and random.random() < 0.7:
            day = min(day, self._shared.known_until())
        return price_of(amount + (random.random() < 0.05), day)

    def _submit(self, payment: bytes) -> None:
        def done(result: Recorded | Refused | Any) -> None:
            if isinstance(result, Recorded):
                self._sequence += 1
                self._later()
            elif isinstance(result, Refused) and _is_out_of_step(result.refusal):
                self._find_sequence()
            elif isinstance(result, Refused):
                self._later()
            elif self._coop not in self._shared.leaving:  # not ready: the same bytes again
                self._world.after(300, lambda: self._submit(payment))

        self._shared.ask_until_answered(self._coop, lambda request: Submit(request, payment), done)

    def _submit_batch(self, payments: Sequence[bytes]) -> None:
        def done(result: BatchRecorded | Any) -> None:
            if isinstance(result, BatchRecorded):
                self._find_sequence()
            elif self._coop not in self._shared.leaving:
                self._world.after(300, lambda: self._submit_batch(payments))

        self._shared.ask_until_answered(
            self._coop, lambda request: SubmitBatch(request, payments), done
        )

    def _find_sequence(self) -> None:
        """Ask for the next number, the key that the account has, and what fees are asked."""

        def run(view: View) -> tuple[int, SigningKey | None, Owners | None, int]:
            log = LogReader(view.validator, self._coop)
            account, bylaws = log.account(self._account), bylaws_in_force(log)
            key = None if account is None else self._shared.keys.of(account.key)
            next_ = 1 if account is None else account.next_sequence
            owners = joint_owners(log, self._account)
            return next_, key, owners, bylaws.value(Article.CONTRIBUTION)

        def done(found: tuple[int, SigningKey | None, Owners | None, int]) -> None:
            self._sequence, self._key, self._owners, self._contribution = found
            self._later()

        self._shared.ask_until_answered(self._coop, lambda request: Ask(request, run), done)

    def _later(self) -> None:
        self._world.after(self._world.random.randint(50, 2_500), self._act)


class Stewards:
    """The stewards of one coop: they admit, freeze, thaw, close and set limits."""

    def __init__(self, shared: Members, coop: int) -> None:
        self._shared = shared
        self._coop = coop
        self._world = shared.world

    def admit(self, account: int, *, limit: int, delay_ms: int, done: Callable[[], None]) -> None:
        """Admit an account after a while."""
        transaction = self._shared.federation.admit(self._coop, account, limit=limit)
        self._world.after(delay_ms, lambda: self._submit(transaction, done))

    def _submit(self, transaction: bytes, done: Callable[[], None]) -> None:
        def answered(result: Any) -> None:
            if isinstance(result, Recorded | Refused):
                done()
            elif self._coop not in self._shared.leaving:
                self._world.after(300, lambda: self._submit(transaction, done))

        self._shared.ask_until_answered(
            self._coop, lambda request: Submit(request, transaction), answered
        )

    def close(self, account: int) -> None:
        """Close an account."""

        def sign(desk: Desk, revision: int, is_spared: bool) -> bytes:
            return desk.sign(_status(account, revision, Status.CLOSED))

        self._change(account, sign)

    def meddle(self, account: int) -> None:
        """Change something about an account."""

        def sign(desk: Desk, revision: int, is_spared: bool) -> bytes:
            random = self._world.random
            if random.random() < 0.4:
                now = self._world.time
                change = Limit(
                    account=account,
                    revision=revision,
                    limit=random.choice((0, 500, 30_000)),
                    from_=random.choice((0, now + 2)),
                    until=None,
                    after=None,
                    reason=REASON,
                )
                return desk.sign(change)
            status = random.choice((Status.FROZEN, Status.OPEN, Status.CLOSED, Status.CLOSED))
            return desk.sign(_status(account, revision, Status.OPEN if is_spared else status))

        self._change(account, sign)

    def _change(self, account: int, sign: Callable[[Desk, int, bool], bytes]) -> None:
        """See who can sign and the account's next revision, and do what they sign then."""
        shared = self._shared

        def run(view: View) -> tuple[Desk, int, bool]:
            log = LogReader(view.validator, self._coop)
            found = log.account(account)
            is_spared = shared.governs and account in spared(log)
            revision = 1 if found is None else found.revision + 1
            return Desk.of(log, shared.keys), revision, is_spared

        def done(seen: tuple[Desk, int, bool]) -> None:
            self._submit(sign(*seen), lambda: None)

        shared.ask_until_answered(self._coop, lambda request: Ask(request, run), done)


def _status(account: int, revision: int, status: Status) -> SetStatus:
    return SetStatus(account=account, revision=revision, status=status, reason=REASON)


def _is_out_of_step(refusal: Refusal) -> bool:
    return refusal in (
        Refusal.SEQUENCE_USED,
        Refusal.SEQUENCE_GAP,
        Refusal.ACCOUNT_UNKNOWN,
        Refusal.SIGNATURE_INVALID,
        Refusal.ACCOUNT_IS_JOINT,
        Refusal.ACCOUNT_NOT_JOINT,
        Refusal.OWNER_UNKNOWN,
        Refusal.OWNERS_TOO_FEW,
        Refusal.CONTRIBUTION_MISSING,
    )
