"""Names of other coops' accounts: asked of their homes, kept in memory for a while, never on the disk.

PROTOCOL section 15.4. What a home says counts only when it opens the commitment that its log has. It is
forgotten after a time, so that a name which was erased there is soon unknown here too, and the oldest goes
where too many are held.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ledger.names import NameNotOpened, Opening, check_opening
from ledger.state import Account
from node.engine.core import Core
from node.engine.known_names import Wanted
from node.engine.recording.directory import Directory
from node.engine.tick import Tick
from node.engine.wire_names import MOST_NAMES, NamesAnswer, NamesQuestion
from node.errors import PeerFault

_MISSING_MS: Final = 10_000
"""How long it is believed that nobody is called so."""


@dataclass(slots=True)
class _Held:
    """What is known of one coop, the oldest first: by account the opening, or None where it was erased."""

    accounts: dict[int, tuple[Opening | None, int]] = field(default_factory=dict)
    handles: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    wanted: dict[int | str, None] = field(default_factory=dict)

    def forget(self, account: int) -> None:
        opening, _ = self.accounts.pop(account)
        if opening is not None:
            self.handles.pop(opening.handle, None)

    def pass_time(self, steady_ms: int, most: int) -> None:
        for account, (_, until_ms) in list(self.accounts.items()):
            if until_ms > steady_ms and len(self.accounts) <= most:
                break
            self.forget(account)
        for handle, until_ms in list(self.missing.items()):
            if until_ms > steady_ms and len(self.missing) <= most:
                break
            del self.missing[handle]


class Names:
    """What people call accounts, of whichever coop. In the engine's thread only."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.directory = Directory(core)
        """Those of the own coop."""
        self._held: dict[int, _Held] = {}

    def name(self, coop: int, account: Account) -> str | None:
        """What an account is called, as far as it is known here."""
        if coop == self._core.coop:
            return self.directory.name(account)
        opening, is_erased = self._of_other(coop, account.number)
        if is_erased:
            return None
        if isinstance(account.handle, str):
            return account.handle
        return None if opening is None else opening.handle

    def opening(self, coop: int, account: Account) -> Opening | None:
        """What opens an account's commitment, if that is known here."""
        if coop == self._core.coop:
            return self.directory.opening(account)
        return self._of_other(coop, account.number)[0]

    def is_erased(self, coop: int, account: int) -> bool:
        """Whether its home says, or has said, that the name of an account was erased."""
        if coop == self._core.coop:
            return self.directory.is_erased(account)
        return self._of_other(coop, account)[1]

    def account_named(self, coop: int, handle: str) -> int | None:
        """The number of the account that is called so, if that is known here."""
        if coop == self._core.coop:
            return self.directory.account_named(handle)
        held = self._held.get(coop)
        known = None if held is None else held.handles.get(handle)
        if known is not None:
            return known
        number = self._core.validator.account_named(coop, handle)
        return None if number is None or self._of_other(coop, number)[1] else number

    def is_missing(self, coop: int, handle: str) -> bool:
        """Whether the home of that coop's accounts said a moment ago that nobody is called so."""
        held = self._held.get(coop)
        return held is not None and handle in held.missing

    def _of_other(self, coop: int, account: int) -> tuple[Opening | None, bool]:
        held = self._held.get(coop)
        found = None if held is None else held.accounts.get(account)
        return (None, False) if found is None else (found[0], found[0] is None)

    # Asking the home of others.

    def unknown(self, wanted: Wanted) -> dict[int, list[int | str]]:
        """What of it is not known here, and can be asked of a home that there is a link with."""
        linked = self._core.linked
        left = {
            coop: [each for each in some if not self._is_known(coop, each)]
            for coop, some in wanted.items()
            if coop != self._core.coop and coop in linked.naming
        }
        return {coop: some for coop, some in left.items() if some}

    def _is_known(self, coop: int, which: int | str) -> bool:
        held = self._held.get(coop)
        validator = self._core.validator
        if isinstance(which, int):
            account = validator.account(coop, which) if coop in validator.coops else None
            if account is None or isinstance(account.handle, str):
                return True
            return held is not None and which in held.accounts
        if validator.account_named(coop, which) is not None:
            return True
        return held is not None and (which in held.handles or which in held.missing)

    def ask(self, wanted: Wanted) -> bool:
        """Ask for what is not known, with this tick; whether there is something to wait for."""
        left = self.unknown(wanted)
        for coop, some in left.items():
            asked = self._held.setdefault(coop, _Held()).wanted
            asked.update(dict.fromkeys(some[: MOST_NAMES - len(asked)]))
        return bool(left)

    def run(self, tick: Tick) -> None:
        """Send what is asked, and forget what is old."""
        for coop, held in self._held.items():
            held.pass_time(tick.steady_ms, self._core.settings.other_names)
            if held.wanted and coop in self._core.linked.naming:
                tick.send(coop, _question(held.wanted).encode())
            held.wanted.clear()

    def on_question(self, tick: Tick, peer: int, message: NamesQuestion) -> None:
        """Tell a peer's node what accounts here are called."""
        core, found, missing = self._core, {}, []
        numbers = list(message.accounts)
        for handle in message.handles:
            number = self.directory.account_named(handle)
            if number is None:
                missing.append(handle)
            else:
                numbers.append(number)
        for number in numbers:
            account = core.validator.account(core.coop, number)
            if account is None:
                continue
            opening = self.directory.opening(account)
            if opening is not None or self.directory.is_erased(number):
                found[number] = opening
        answer = NamesAnswer(found=tuple(found.items()), missing=tuple(missing))
        tick.send(peer, answer.encode())

    def on_answer(self, tick: Tick, peer: int, message: NamesAnswer) -> None:
        """Keep what a home says of its accounts. Raises `PeerFault` for a name that opens nothing."""
        core, held = self._core, self._held.setdefault(peer, _Held())
        until_ms = tick.steady_ms + core.settings.other_names_ms
        for number, opening in message.found:
            account = core.validator.account(peer, number)
            if account is None:
                continue  # what is not known here yet is asked for again
            if opening is not None:
                self._check(peer, account, opening, held)
            if number in held.accounts:
                held.forget(number)
            held.accounts[number] = (opening, until_ms)
            if opening is not None:
                held.handles[opening.handle] = number
        for handle in message.missing:
            held.missing[handle] = tick.steady_ms + _MISSING_MS
        held.pass_time(tick.steady_ms, core.settings.other_names)

    def _check(self, peer: int, account: Account, opening: Opening, held: _Held) -> None:
        named = self._core.validator.account_named(peer, opening.handle)
        if held.handles.get(opening.handle, account.number) != account.number or named is not None:
            raise PeerFault("two accounts have one name")
        federation = self._core.charter.federation
        try:
            check_opening(opening, account.handle, federation=federation, coop=peer)
        except NameNotOpened as error:
            raise PeerFault("a name does not open what the log has of it") from error


def _question(wanted: Iterable[int | str]) -> NamesQuestion:
    accounts = tuple(each for each in wanted if isinstance(each, int))
    handles = tuple(each for each in wanted if isinstance(each, str))
    return NamesQuestion(accounts=accounts, handles=handles)
