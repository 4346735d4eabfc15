"""The rules of self-government, shared by both validators: PROTOCOL section 13, a module for each subject."""
