"""Tests of `node.member.bookkeeping`."""
