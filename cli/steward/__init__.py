"""Commands for stewards: drafts, signatures, admissions."""
