"""Commands of the wallet file, and what most commands begin with: its owner and account."""
