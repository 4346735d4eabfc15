"""Tests of `node.http.members`."""
