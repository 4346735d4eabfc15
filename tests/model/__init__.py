"""The model of agreement in SPIN: `agreement.pml` is the model, `checks` what is asked of it."""
