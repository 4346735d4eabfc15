"""The mirror of `cli.recovery`."""
