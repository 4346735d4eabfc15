"""Tests of the `fiado` command."""
