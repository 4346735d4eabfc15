"""`fiado account`: the keys of an account, of several owners and of tills."""
