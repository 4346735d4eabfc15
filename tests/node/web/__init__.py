"""Tests of the pages without a browser: languages, requests, headers, scripts' arithmetic."""
