"""Commands for stewards: drafts, signatures, admissions."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.steward.words")
