"""Two validators of one meaning: the reference, written to be read, and the native one, which is fast."""
