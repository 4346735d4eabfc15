"""A program without a terminal acts for a member by `node.member` alone."""

import subprocess
import sys
from pathlib import Path

from tests.cli.bank import LOST, Bank, payments, person
from tests.cli.fake_node import Answer, Request, serve
from tests.places import PROJECT

WITHOUT_A_TERMINAL = """
import runpy, sys
sys.modules["click"] = None  # whoever imports it now gets an ImportError
runpy.run_module("docs.examples.standing_order", run_name="__main__", alter_sys=True)
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"cli", "aiohttp", "sqlalchemy"}, loaded
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The standing order of the examples, as a program of its own in which click can't be loaded."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_A_TERMINAL, *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_pays_once_waits_and_reads_the_receipt(tmp_path: Path) -> None:
    bank = Bank()
    with serve(bank) as url:
        payer = person(tmp_path, bank, url)
        words = [str(payer.wallet), str(payer.passphrase), "member2@norte", "1.25", "rent"]
        first, again = run(*words), run(*words)
    assert first.returncode == 0, first.stderr
    (made,) = payments(bank)
    assert made.amount == 125
    place = first.stdout.split()[0]
    assert place.startswith("norte/")
    assert first.stdout.strip().endswith(": delivered")
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout.replace("delivered", "delivered, again")


def test_a_link_of_another_federation_is_not_paid(tmp_path: Path) -> None:
    bank = Bank()
    with serve(bank) as url:
        payer = person(tmp_path, bank, url)
        own = bank.books.federation.charter.federation.hex()
        other = f"{'0' if own[0] != '0' else '1'}{own[1:16]}"
        words = [str(payer.wallet), str(payer.passphrase)]
        refused = run(*words, f"fiado:member2@norte?federation={other}", "1.25", "rent")
        assert "OtherFederation" in refused.stderr and payments(bank) == []
        paid = run(*words, f"fiado:member2@norte?federation={own[:16]}", "1.25", "rent")
    assert paid.returncode == 0, paid.stderr
    assert len(payments(bank)) == 1


def test_a_program_is_told_by_the_type_of_the_error_what_to_do(tmp_path: Path) -> None:
    bank = Bank()

    def lose(request: Request, answer: object) -> Answer:
        assert callable(answer)
        given = answer()
        assert isinstance(given, Answer)
        return LOST if request.path == "/v1/payments" else given

    bank.bend = lose
    with serve(bank) as url:
        payer = person(tmp_path, bank, url)
        words = [str(payer.wallet), str(payer.passphrase), "member2@norte", "1.25", "rent"]
        lost = run(*words)
        bank.bend = lambda request, answer: answer()
        settled = run(*words)
    assert "PaymentInDoubt" in lost.stderr
    assert settled.returncode == 0, settled.stderr
    assert len(payments(bank)) == 1
