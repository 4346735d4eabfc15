"""Tests of `node.http.base`."""
