"""`fiado demo`: a federation of real nodes on this machine, to look at or to try real input on."""

from cli.shell.errors import words_stand_in

words_stand_in("cli.demo.words", "cli.node.words")
