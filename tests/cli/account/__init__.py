"""Tests of `cli.account`."""
