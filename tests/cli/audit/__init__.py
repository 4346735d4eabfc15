"""Tests of `cli.audit`."""
