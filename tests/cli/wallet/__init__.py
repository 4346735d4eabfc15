"""Tests of `cli.wallet`."""
