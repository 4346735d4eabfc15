"""Tests of the rules, kind by kind, against both validators."""
