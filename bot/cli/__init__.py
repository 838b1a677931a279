"""The commands of `python -m bot`: one picture, checks of the installation, and what its operator does."""
