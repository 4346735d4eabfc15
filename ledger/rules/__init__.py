"""The rules: which entry is valid and what it does, PROTOCOL section 7.

Each kind has a `check_` function, which branches and returns a refusal or None and changes nothing, and an
`apply_` function, which changes state and can't fail. Checks run in the order of the protocol page.
"""
