"""Paying, from what was asked for to a receipt, and never twice."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.paying.words")
