"""A client for merchants' programs in one file. See README.md beside this file, and docs/MERCHANTS.md."""
