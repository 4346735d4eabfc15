"""Tests of `cli.contact`."""
