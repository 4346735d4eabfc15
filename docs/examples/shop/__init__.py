"""A small web shop that is paid in fiado. See README.md beside this file, and docs/MERCHANTS.md."""
