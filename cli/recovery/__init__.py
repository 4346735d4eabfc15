"""`fiado recovery`: another key for an account, by its owner or with the help of others."""
