"""Builds the rooms below from the settings, connects them, and starts and stops the program."""
