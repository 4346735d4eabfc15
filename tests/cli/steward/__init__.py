"""Tests of `cli.steward`."""
