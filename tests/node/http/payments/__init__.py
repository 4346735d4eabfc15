"""Tests of `node.http.payments`."""
