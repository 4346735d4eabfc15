"""With which keys the people of a simulated federation act, and what they see when they do.

A key is somebody's for good; which of them an account or a steward signs with now stands in the log. So
whoever acts looks at the own coop's node first, and signs with the key that it names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from ledger.account_keys import Owners
from ledger.codec import decode
from ledger.government.articles import Article
from ledger.government.bylaws import Bylaws
from ledger.government.recovery import GuardianList
from ledger.kinds import read_transaction
from ledger.publications import Publication
from ledger.rules.office import Office, bylaws_in_force, seats_of_log, stewards_in_office
from ledger.rules.owning import joint_owners
from ledger.rules.powers import power_of
from ledger.shapes import AccountSignature
from ledger.signatures import SigningKey
from ledger.state import Account
from ledger.transactions import Status, Stewarded, Transaction, encode_transaction
from ledger.validators.reading import LogReader
from node.engine.view import View
from tests.builders import Federation, signing_key

LEAST_OPEN_ACCOUNTS: Final = 2
"""Nobody is frozen or shut out of a coop in which fewer would be left to decide."""


class Keyring:
    """Every key that anybody of a run has, by the public key."""

    def __init__(self, federation: Federation, *, accounts: int) -> None:
        self.federation = federation
        self._keys: dict[bytes, SigningKey] = {}
        self._made = 0
        self.lists: dict[bytes, GuardianList] = {}
        """The lists that guardians keep, by their hashes."""
        self.tills: dict[tuple[int, int, int], bytes] = {}
        """By coop, account and place the key that was delegated last, or was to be."""
        for coop, keys in federation.steward_keys.items():
            members = (federation.member_key(coop, 1 + place) for place in range(accounts))
            for key in (*keys, *members):
                self.add(key)

    def add(self, key: SigningKey) -> SigningKey:
        """Somebody has this key."""
        self._keys[key.public_key] = key
        return key

    def new(self) -> SigningKey:
        """The key of a new device."""
        self._made += 1
        return self.add(signing_key("simulation", "device", self._made))

    def of(self, public_key: bytes) -> SigningKey | None:
        """The key to sign with; None when nobody here has it."""
        return self._keys.get(public_key)

    def signed_by_owners(
        self, coop: int, transaction: bytes, owners: Owners, places: Iterable[int]
    ) -> bytes:
        """The transaction as those owners of a joint account sign it, whoever signed it before."""
        bare: Any = read_transaction(decode(transaction))
        message = self.federation.message(coop, bare)
        signers = ((place, self._keys[owners.keys[place]]) for place in places)
        signed = tuple((place, key.sign(message)) for place, key in signers)
        return encode_transaction(replace(bare, signature=signed))


@dataclass(frozen=True, slots=True)
class Desk:
    """The stewards of a coop as its node sees them at one time, and how many of them what takes."""

    coop: int
    office: Office
    bylaws: Bylaws
    keys: Keyring = field(repr=False)

    @classmethod
    def of(cls, log: LogReader, keys: Keyring) -> "Desk":
        """As the log says."""
        return cls(log.coop, stewards_in_office(log), bylaws_in_force(log), keys)

    def places(self) -> dict[int, SigningKey]:
        """The stewards who can sign, by their places."""
        found = {place: self.keys.of(one.key) for place, one in self.office.stewards.items()}
        return {place: key for place, key in sorted(found.items()) if key is not None}

    def needed(self, transaction: Stewarded) -> int:
        """How many stewards have to sign this."""
        return max(1, self.office.needed(power_of(transaction, self.bylaws), self.bylaws))

    def sign(self, transaction: Any, places: Iterable[int] | None = None) -> bytes:
        """The transaction with the signatures of enough stewards, or of those at these places."""
        able = self.places()
        chosen = list(able)[: self.needed(transaction)] if places is None else sorted(places)
        message = self.keys.federation.message(self.coop, transaction)
        signatures = tuple((place, able[place].sign(message)) for place in chosen)
        return encode_transaction(replace(transaction, stewards=signatures))

    def sign_publication(self, publication: Publication, power: Article) -> Publication:
        """The publication with the signatures of enough stewards."""
        needed = max(1, self.office.needed(power, self.bylaws))
        for place, key in list(self.places().items())[:needed]:
            publication = publication.signed_by(
                place, key, federation=self.keys.federation.id, coop=self.coop
            )
        return publication


@dataclass(frozen=True, slots=True)
class Hand:
    """What somebody sees at the coop's node, and has to act with. `now` in Unix seconds of the log."""

    log: LogReader
    random: Random
    keys: Keyring
    now: int

    @classmethod
    def at(cls, view: View, coop: int, *, random: Random, keys: Keyring, now: int) -> "Hand":
        """At a node, by a right clock."""
        log = LogReader(view.validator, coop)
        return cls(log, random, keys, max(now, view.validator.log(coop).time))

    @property
    def coop(self) -> int:
        """Whose node it is."""
        return self.log.coop

    @property
    def desk(self) -> Desk:
        """The stewards."""
        return Desk.of(self.log, self.keys)

    @property
    def bylaws(self) -> Bylaws:
        """The bylaws in force."""
        return bylaws_in_force(self.log)

    def accounts(self) -> list[Account]:
        """All accounts."""
        return list(self.log.validator.accounts(self.coop))

    def message(self, transaction: Transaction) -> bytes:
        """What signatures in it cover."""
        return self.keys.federation.message(self.coop, transaction)

    def owner(self, account: Account) -> SigningKey:
        """With what its owner signs; of a joint account the first of them."""
        found = self.keys.of(account.key)
        assert found is not None, "no account has a key that nobody made"
        return found

    def owned(self, transaction: Any, account: Account, key: SigningKey | None = None) -> bytes:
        """The transaction with the signature of an account; with another key it is a forged one."""
        signature = self.signature(transaction, account, key)
        return encode_transaction(replace(transaction, signature=signature))

    def is_joint(self, account: Account) -> bool:
        """Whether several own it."""
        return joint_owners(self.log, account.number) is not None

    def signature(
        self,
        transaction: Any,
        account: Account,
        key: SigningKey | None = None,
        *,
        fewer: int = 0,
    ) -> AccountSignature:
        """By its owner, or by as many as are needed, less `fewer`; `key` stands for the last of them."""
        message, owners = self.message(transaction), joint_owners(self.log, account.number)
        if owners is None:
            return (key or self.owner(account)).sign(message)
        count = max(1, owners.needed - fewer)
        places = sorted(self.random.sample(range(len(owners.keys)), count))
        signers = {place: self.keys.of(owners.keys[place]) for place in places}
        if key is not None:
            signers[places[-1]] = key
        return tuple(
            (place, one.sign(message)) for place, one in signers.items() if one is not None
        )


def open_accounts(hand: Hand) -> list[Account]:
    """Those who can act."""
    return [account for account in hand.accounts() if account.status is Status.OPEN]


def spared(log: LogReader) -> set[int]:
    """Whom nobody freezes or shuts out: those in office, and everybody where few are left."""
    accounts = list(log.validator.accounts(log.coop))
    if sum(account.status is Status.OPEN for account in accounts) <= LEAST_OPEN_ACCOUNTS:
        return {account.number for account in accounts}
    if log.coop not in log.charter.coops:
        return set()
    return {seat.account for seat in seats_of_log(log).taken if seat.account is not None}
