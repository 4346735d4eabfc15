"""The acts of the federation's play, in a file each; `cli.demo.play` has their order."""
