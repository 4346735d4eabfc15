"""Every typed error of the wallet has its words, code and stable name."""

import errno
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

import node.member
from cli import main as main
from cli import paying as paying
from cli.shell.command_group import error_from
from cli.shell.errors import CliError, explain, in_words
from cli.shell.exit_codes import ExitCode
from cli.shell.passphrase import PassphraseError, PassphraseFault
from node.member.addresses import AddressError
from node.member.amounts import AmountError, AmountFault, parse_amount
from node.member.client import AnswerLost, NodeMisbehaved
from node.member.mnemonic import (
    AmbiguousLanguage,
    ChecksumMismatch,
    MnemonicError,
    UnknownWords,
    WrongWordCount,
)
from node.member.orders import OrderDamaged, OrderError, PaidOrder
from node.member.paying.paid_before import PaidAlready, Twin
from node.member.paying.paying import PaymentInDoubt
from node.member.paying.pricing import PriceError
from node.member.paying.settling import OrderDiffers
from node.member.pending_journal import (
    JournalDamaged,
    JournalError,
    JournalUnusable,
    NothingPending,
    PaymentIntent,
    PaymentPending,
    SequenceUsed,
)
from node.member.private_files import FileFault, UnsafeFile
from node.member.wallet_file import WalletChanged, WalletExists, WalletMissing, WrongPassphrase
from node.member.wallet_format import WalletDamaged, WalletError, WalletVersionUnknown
from node.member.wallet_lock import WalletBusy

PATH = Path("wallet.json")
INTENT = PaymentIntent(payee="alice@norte", amount=1_250)
ORDER = PaidOrder(
    fingerprint="", payee="alice@norte", amount=1_250, price="", sequence=1, receipt=b""
)
ERRORS: Sequence[tuple[Exception, ExitCode]] = [
    *((AmountError(fault, "1.250"), ExitCode.USAGE) for fault in AmountFault),
    (AddressError("alice"), ExitCode.USAGE),
    (WrongWordCount(11), ExitCode.USAGE),
    (UnknownWords((3,)), ExitCode.USAGE),
    (UnknownWords((3, 7)), ExitCode.USAGE),
    (ChecksumMismatch(), ExitCode.USAGE),
    (AmbiguousLanguage(), ExitCode.USAGE),
    *((PassphraseError(fault), ExitCode.WALLET) for fault in PassphraseFault),
    *((UnsafeFile(PATH, fault), ExitCode.WALLET) for fault in FileFault),
    (WalletMissing(PATH), ExitCode.WALLET),
    (WalletExists(PATH), ExitCode.WALLET),
    (WalletDamaged(PATH, "it is not JSON"), ExitCode.WALLET),
    (WalletVersionUnknown(PATH, 2), ExitCode.WALLET),
    (WrongPassphrase(PATH), ExitCode.WALLET),
    (WalletChanged(PATH), ExitCode.WALLET),
    (OrderError("it is too long"), ExitCode.USAGE),
    (OrderDamaged(PATH), ExitCode.WALLET),
    (OrderDiffers(ORDER, 12, "norte"), ExitCode.REFUSED),
    (PaidAlready(INTENT, Twin(number=12, time=0), "norte"), ExitCode.REFUSED),
    (PaymentInDoubt(INTENT, None), ExitCode.INTERRUPTED),
    (PaymentInDoubt(INTENT, AnswerLost("http://n", "reset")), ExitCode.OUTCOME_UNKNOWN),
    (PaymentInDoubt(INTENT, NodeMisbehaved("http://n", "nonsense")), ExitCode.OUTCOME_UNKNOWN),
    (WalletBusy(PATH, 17), ExitCode.WALLET),
    (WalletBusy(PATH, None), ExitCode.WALLET),
    (JournalDamaged(PATH, "it can't be read"), ExitCode.WALLET),
    (JournalUnusable(PATH), ExitCode.INPUT_OUTPUT),
    (PaymentPending(7), ExitCode.OUTCOME_UNKNOWN),
    (SequenceUsed(7), ExitCode.REFUSED),
    (NothingPending(7), ExitCode.INTERNAL),
    (PermissionError(errno.EACCES, "Permission denied", "wallet.json"), ExitCode.INPUT_OUTPUT),
    (CliError(ExitCode.REFUSED, "own", "No.", "Ask."), ExitCode.REFUSED),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_is_explained_with_its_code_and_a_remedy(error: Exception, code: ExitCode) -> None:
    explained = in_words(error)
    assert explained is not None
    assert explained.code is code
    assert explained.name.replace("_", "").isalpha()
    assert explained.name == explained.name.lower()
    for sentence in (explained.message, explained.remedy):
        assert sentence[0] == sentence[0].upper()
        assert sentence[-1] == "."
        assert "{" not in sentence


def test_no_error_of_the_wallet_was_forgotten() -> None:
    listed = {type(error) for error, _ in ERRORS}
    for family in (WalletError, MnemonicError, JournalError):
        assert set(family.__subclasses__()) <= listed


def test_every_error_of_a_members_library_has_words() -> None:
    assert in_words(KeyError()) is None  # and now all words are loaded
    library = [
        import_module(found.name)
        for found in pkgutil.walk_packages(node.member.__path__, "node.member.")
    ]
    errors = [
        kind
        for module in library
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
        if kind.__module__ == module.__name__ and not kind.__subclasses__()
    ]
    assert len(errors) > 30
    assert [kind for kind in errors if explain.dispatch(kind) is explain.dispatch(object)] == [
        PriceError  # told with the option that it was typed for
    ]


def test_names_tell_errors_apart() -> None:
    names = [explained.name for error, _ in ERRORS if (explained := explain(error)) is not None]
    # Two examples each of two errors are in the list.
    assert len(set(names)) == len(names) - 2


def test_the_object_for_programs_holds_everything() -> None:
    explained = explain(PaymentPending(7))
    assert explained is not None
    assert explained.as_json() == {
        "error": {
            "name": "payment_pending",
            "exit_code": 3,
            "message": explained.message,
            "remedy": explained.remedy,
            "sequence": 7,
        }
    }


def test_only_what_may_have_been_done_is_to_be_looked_up() -> None:
    missing = explain(FileNotFoundError(errno.ENOENT, "No such file or directory", "a.receipt"))
    full = explain(OSError(errno.ENOSPC, "No space left on device", "wallet.json"))
    assert missing is not None
    assert full is not None
    assert "history" not in missing.remedy
    assert "fiado history" in full.remedy


def test_what_nobody_explains_is_a_mistake_in_the_program() -> None:
    assert explain(KeyError("secret")) is None
    problem = error_from(KeyError("secret"))
    assert problem.code is ExitCode.INTERNAL
    assert "secret" not in problem.message


def test_exit_codes_keep_their_numbers_and_have_a_meaning() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "REFUSED": 1,
        "USAGE": 2,
        "OUTCOME_UNKNOWN": 3,
        "NODE_UNREACHABLE": 4,
        "WALLET": 5,
        "AUDIT_FAILED": 6,
        "INTERNAL": 70,
        "INPUT_OUTPUT": 74,
        "INTERRUPTED": 130,
    }
    assert len({code.meaning for code in ExitCode}) == len(ExitCode)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.500", "Write 1500 or 1.5, without a mark for thousands."),
        ("1.505", "Write 1505 if you mean that; there are at most 2 decimals after the mark."),
    ],
)
def test_no_way_to_write_an_amount_is_advised_that_is_refused_itself(text: str, told: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text)
    explained = explain(caught.value)
    assert explained is not None and explained.remedy == told
