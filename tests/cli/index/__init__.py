"""Tests of `cli.index`."""
