"""Reading what the operator has set: the file .env, names that are nearly right, and values."""
