"""Opening a member's wallet at the terminal: what most member commands begin with.

    with open_membership(wallet_path, passphrase) as member:
        ...

The work is done by `node.member.membership`; here are the passphrase that is asked for, and what a person
is told meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.shell.language import say
from cli.shell.parameters import ask_at_terminal
from cli.shell.passphrase import PassphraseSource, read_passphrase
from cli.shell.retelling import retold
from cli.shell.words_of_nodes import tell_of_a_lost_answer, tell_of_a_move
from node.member.membership import Membership, check_joined, open_account
from node.member.wallet_file import UnlockedWallet, read_wallet, unlock_wallet
from node.member.wallet_format import LockedWallet

Tell = Callable[[str], None]


@contextmanager
def open_membership(path: Path, passphrase: PassphraseSource) -> Iterator[Membership]:
    """Unlock the wallet and reach for its home node, for the `with` block.

    Raises what reading and unlocking a wallet raise, `NotJoined`, and what the client raises.
    """
    locked = read_wallet(path)
    check_joined(locked)
    wallet = unlock(locked, passphrase)
    with open_account(wallet, on_lost=tell_of_a_lost_answer, on_moved=tell_of_a_move) as member:
        yield member


def unlock(wallet: LockedWallet, source: PassphraseSource) -> UnlockedWallet:
    """Unlock with the passphrase from where the member said."""
    passphrase = read_passphrase(source, is_new=False, prompt=ask_at_terminal)
    return unlock_wallet(wallet, passphrase=passphrase)


def tell_of_trouble(member: Membership, tell: Tell) -> None:
    """Say it when something keeps the home node from recording: what it shows may then be old."""
    for trouble in member.what_stops_recording():
        tell(
            say(
                "Careful: what the node shows may be out of date. {detail}",
                detail=retold(trouble.detail),
            )
        )
