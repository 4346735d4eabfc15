"""Tests of `cli.federation`."""
