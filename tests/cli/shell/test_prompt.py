"""The real prompt, in a real terminal: a passphrase is read and never shown."""

import os
import pty
import subprocess
import sys

from tests.places import PROJECT

ASK = """
from cli.shell.parameters import ask_at_terminal
from cli.shell.passphrase import PassphraseSource, read_passphrase

answer = read_passphrase(PassphraseSource(), is_new=True, prompt=ask_at_terminal)
print("length", len(answer), flush=True)
"""


def read_until(descriptor: int, text: bytes) -> bytes:
    """What the terminal shows, up to and with `text`."""
    shown = b""
    while text not in shown:
        shown += os.read(descriptor, 1_024)
    return shown


def test_a_person_types_a_new_passphrase_twice_and_nobody_sees_it() -> None:
    master, slave = pty.openpty()
    # A session of its own, so that the terminal it opens as its own is this one.
    with subprocess.Popen(
        [sys.executable, "-c", ASK],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=PROJECT,
        start_new_session=True,
    ) as process:
        os.close(slave)
        shown = read_until(master, b"New passphrase: ")
        os.write(master, b"cuatro palabras\n")
        shown += read_until(master, b"confirmation: ")
        os.write(master, b"cuatro palabras\n")
        shown += read_until(master, b"length 15")
    os.close(master)
    assert process.returncode == 0
    assert b"cuatro" not in shown


def test_whoever_gives_no_passphrase_is_told_that_nothing_was_done() -> None:
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", ASK],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=PROJECT,
        start_new_session=True,
    ) as process:
        os.close(slave)
        read_until(master, b"New passphrase: ")
        os.write(master, b"\x04")
        read_until(master, b"No passphrase was given, so nothing was done.")
    os.close(master)
    assert process.returncode != 0


def test_without_a_terminal_nobody_is_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "NO_TERMINAL" in done.stderr
