"""Bylaws in plain words: what each article means, in the languages of the people who decide about it."""
