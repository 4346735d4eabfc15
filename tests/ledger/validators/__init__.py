"""Tests of `ledger.validators`."""
