"""API keys and webhook endpoints: made, revoked, disabled; and what becomes of deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.rules.government.recoveries import former_keys
from ledger.validators.reading import LogReader
from node.merchant.access import (
    ApiKey,
    Attempt,
    Delivery,
    Endpoint,
    Power,
    key_hash,
    read_delivery,
    read_key,
)
from node.merchant.context import Context, message_id
from node.merchant.event_types import TEST_EVENT
from node.merchant.records import MerchantRecord
from node.merchant.refusals import MerchantRefusal, NotDone
from node.merchant.views import moment
from node.shapes import to_json
from node.store import Store

_KEPT_ATTEMPTS = 20
_MOST_AT_ONCE = 10_000
"""How many deliveries are changed in one tick."""


class Keys:
    """The API keys of all accounts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(
        self,
        account: int,
        *,
        id_: str,
        text: str,
        label: str,
        powers: Sequence[Power],
        life_s: int | None = None,
    ) -> ApiKey:
        """Keep a new key, for `life_s` seconds or without end; its text is not kept.

        Raises `MerchantRefusal`.
        """
        context = self._context
        if sum(map(self.works, self.of(account))) >= context.settings.keys:
            raise MerchantRefusal(NotDone.KEYS_TOO_MANY)
        key = ApiKey(
            id=id_,
            hash=key_hash(text),
            account=account,
            label=label,
            powers=tuple(powers),
            created_ms=context.now_ms,
            owner=self._owner(account),
            expires=None if life_s is None else context.now + life_s,
        )
        context.desk.add(key.to_record())
        return key

    def of(self, account: int) -> list[ApiKey]:
        """The keys of an account, newest first."""
        rows = self._context.desk.shelf(MerchantRecord.API_KEY, str(account), limit=1_000)
        return [read_key(row) for row in rows]

    def revoke(self, account: int, id_: str) -> None:
        """Revoke a key: it no longer works, from the next request on. Raises `MerchantRefusal`."""
        for key in self.of(account):
            if key.id == id_:
                if key.revoked is None:
                    revoked = replace(key, revoked=self._context.now)
                    self._context.desk.replace(revoked.to_record())
                return
        raise MerchantRefusal(NotDone.KEY_NOT_FOUND)

    def find(self, text: str) -> ApiKey | None:
        """The key with that text, if it works."""
        record = self._context.desk.find(MerchantRecord.API_KEY, key_hash(text).hex())
        key = None if record is None else read_key(record)
        return key if key is not None and self.works(key) else None

    def works(self, key: ApiKey) -> bool:
        """Whether it was not revoked, its time is not over, and its account has the owner's key of then.

        Whoever has stolen a telephone makes API keys; they end when the owner has the account back.
        """
        if key.revoked is not None:
            return False
        if key.expires is not None and self._context.now >= key.expires:
            return False
        if key.owner:
            return key.owner == self._owner(key.account)
        # Rows of the first layout don't say by whom: by its owner, where the key was never replaced.
        log = LogReader(self._context.validator, self._context.coop)
        return not former_keys(log, key.account)

    def _owner(self, account: int) -> str:
        found = self._context.validator.account(self._context.coop, account)
        return "" if found is None else found.key.hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt. `next_ms`: when to try again; None: never."""

    delivery: str
    attempt: Attempt
    is_delivered: bool
    is_gone: bool = False
    next_ms: int | None = None


def after_outcome(endpoint: Endpoint, outcome: Outcome) -> Endpoint:
    """The endpoint after one more attempt."""
    if outcome.is_delivered:
        return replace(endpoint, has_worked=True, failing_since=None, next_ms=None)
    time_ms = outcome.attempt.time * 1000
    nexts = [
        next_ms
        for next_ms in (endpoint.next_ms, outcome.next_ms)
        if next_ms is not None and next_ms > time_ms
    ]
    since = outcome.attempt.time if endpoint.failing_since is None else endpoint.failing_since
    return replace(
        endpoint,
        failing_since=since,
        failure=outcome.attempt,
        next_ms=min(nexts, default=None),
    )


class Endpoints:
    """The webhook endpoints of all accounts, and the outbox."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(self, account: int, *, id_: str, url: str, types: Sequence[str]) -> Endpoint:
        """A new endpoint. Raises `MerchantRefusal`."""
        context = self._context
        present = context.endpoints_of(account)
        if len(present) >= context.settings.endpoints:
            raise MerchantRefusal(NotDone.ENDPOINTS_TOO_MANY)
        endpoint = Endpoint(
            id=id_, account=account, url=url, types=tuple(types), created_ms=context.now_ms
        )
        context.desk.add(endpoint.to_record())
        present[endpoint.id] = endpoint
        return endpoint

    def of(self, account: int) -> list[Endpoint]:
        """The endpoints of an account, newest first."""
        found = self._context.endpoints_of(account).values()
        return sorted(found, key=lambda endpoint: (endpoint.created_ms, endpoint.id), reverse=True)

    def own(self, account: int, id_: str) -> Endpoint:
        """An endpoint of that account. Raises `MerchantRefusal`."""
        endpoint = self._context.endpoints_of(account).get(id_)
        if endpoint is None:
            raise MerchantRefusal(NotDone.WEBHOOK_NOT_FOUND)
        return endpoint

    def _save(self, endpoint: Endpoint) -> Endpoint:
        self._context.desk.replace(endpoint.to_record())
        self._context.endpoints_of(endpoint.account)[endpoint.id] = endpoint
        return endpoint

    def enable(self, account: int, id_: str) -> Endpoint:
        """Tell it again from now on; what waits for it is tried at once."""
        endpoint = replace(self.own(account, id_), disabled=None, why="")
        endpoint = self._save(replace(endpoint, failing_since=None, next_ms=None))
        for delivery in self._kept(id_):
            if delivery.state == "waiting":
                self._context.desk.replace(delivery.to_record(due=self._context.now_ms))
        return endpoint

    def change(self, account: int, id_: str, *, url: str, types: Sequence[str]) -> Endpoint:
        """Give it another address and other types; secret and what waits for it stay."""
        endpoint = replace(self.own(account, id_), url=url, types=tuple(types))
        return self._save(endpoint)

    def test(self, account: int, id_: str) -> Delivery:
        """Send it a message that tells of nothing, in the way of all others. Raises `MerchantRefusal`."""
        context, endpoint = self._context, self.own(account, id_)
        self._take_message(account)
        message = message_id(TEST_EVENT, f"{id_}/{context.now_ms}")
        event = {"type": TEST_EVENT, "timestamp": moment(context.now_ms), "data": {"id": id_}}
        delivery = Delivery(
            endpoint=endpoint.id,
            message=message,
            type=TEST_EVENT,
            body=to_json(event).decode("utf-8"),
            created_ms=context.now_ms,
        )
        if context.desk.find(MerchantRecord.DELIVERY, delivery.id) is None:
            context.desk.add(delivery.to_record(due=context.now_ms))
        return delivery

    def rotate(self, account: int, id_: str) -> Endpoint:
        """Give it another secret."""
        endpoint = self.own(account, id_)
        return self._save(replace(endpoint, generation=endpoint.generation + 1))

    def drop(self, account: int, id_: str) -> None:
        """Forget an endpoint, and what waits for it."""
        context = self._context
        self.own(account, id_)
        del context.endpoints_of(account)[id_]
        context.desk.drop(MerchantRecord.ENDPOINT, id_)
        for delivery in self._kept(id_):
            context.desk.drop(MerchantRecord.DELIVERY, delivery.id)

    def _kept(self, endpoint: str) -> list[Delivery]:
        """Its deliveries: all are due at some time, to be sent or to be forgotten; the oldest first."""
        rows = self._context.desk.due(MerchantRecord.DELIVERY, endpoint, limit=_MOST_AT_ONCE)
        return [read_delivery(row) for row in rows]

    def deliveries(
        self, store: Store, endpoint: str, *, before: tuple[int, str] | None, limit: int
    ) -> list[tuple[Delivery, int | None]]:
        """A page of what was, or is to be, delivered to it, and when; newest first."""
        rows = store.records(MerchantRecord.DELIVERY, endpoint, before=before, limit=limit)
        return [(read_delivery(row), row.due) for row in rows]

    def redeliver(self, account: int, id_: str, message: str) -> Delivery:
        """Send a message again now, under the same id. Raises `MerchantRefusal`."""
        context = self._context
        self.own(account, id_)
        record = context.desk.find(MerchantRecord.DELIVERY, f"{id_}/{message}")
        if record is None:
            raise MerchantRefusal(NotDone.DELIVERY_NOT_FOUND)
        self._take_message(account)
        delivery = replace(read_delivery(record), state="waiting", tries=0)
        context.desk.replace(delivery.to_record(due=context.now_ms))
        return delivery

    def _take_message(self, account: int) -> None:
        """Let the account pay for a message that nothing but its asking sends."""
        wait_ms = self._context.messages.take(account, 1, self._context.now_ms)
        if wait_ms:
            seconds = -(-wait_ms // 1000)
            raise MerchantRefusal(
                NotDone.WEBHOOK_MESSAGES_TOO_MANY,
                f"The account has asked for as many messages as it may; one more goes in {seconds} s.",
                retry_after_s=seconds,
            )

    # --- for the dispatcher ---

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Write what became of attempts."""
        context = self._context
        for outcome in outcomes:
            row = context.desk.find(MerchantRecord.DELIVERY, outcome.delivery)
            if row is None:
                continue  # the endpoint was dropped meanwhile
            delivery = read_delivery(row)
            attempts = (*delivery.attempts, outcome.attempt)[-_KEPT_ATTEMPTS:]
            state = "waiting"
            if outcome.is_delivered:
                state = "delivered"
            elif outcome.next_ms is None:
                state = "failed"
            delivery = replace(delivery, state=state, tries=delivery.tries + 1, attempts=attempts)
            due_ms = outcome.next_ms
            if state != "waiting":
                due_ms = context.now_ms + context.settings.deliveries_kept_ms
            context.desk.replace(delivery.to_record(due=due_ms))
            endpoint = self.find(delivery.endpoint)
            if endpoint is not None:
                self._note_outcome(endpoint, outcome)

    def _note_outcome(self, endpoint: Endpoint, outcome: Outcome) -> None:
        """Note how an endpoint is doing; when that is as before, nothing is written."""
        noted = after_outcome(endpoint, outcome)
        if outcome.is_gone and noted.disabled is None:
            noted = replace(noted, disabled=self._context.now, why="It answered 410: gone.")
        if noted != endpoint:
            self._save(noted)

    def forget(self, deliveries: Sequence[Delivery]) -> None:
        """Delete deliveries that ended long ago."""
        for delivery in deliveries:
            self._context.desk.drop(MerchantRecord.DELIVERY, delivery.id)

    def redate(self, jump_ms: int, *, latest_ms: int) -> None:
        """Move all dates as the clock was set; then no attempt is further ahead than `latest_ms`."""
        desk, now_ms = self._context.desk, self._context.now_ms
        for id_, _, due_ms, _ in desk.pending(MerchantRecord.DELIVERY):
            if not jump_ms and due_ms <= now_ms + latest_ms:
                continue
            row = desk.find(MerchantRecord.DELIVERY, id_)
            if row is None:
                continue
            dated_ms = max(due_ms + jump_ms, 0)
            if read_delivery(row).state == "waiting":
                dated_ms = min(dated_ms, now_ms + latest_ms)
            if dated_ms != due_ms:
                desk.replace(replace(row, due=dated_ms))

    def find(self, id_: str) -> Endpoint | None:
        """An endpoint by its id alone."""
        record = self._context.desk.find(MerchantRecord.ENDPOINT, id_)
        if record is None:
            return None
        return self._context.endpoints_of(int(record.shelf)).get(id_)
