"""Commands for whoever runs a node: to install, run and examine it."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.node.words")
