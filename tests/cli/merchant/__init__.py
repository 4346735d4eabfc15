"""Tests of `cli.merchant`."""
