"""Puts jobs and refusals into words: Cards in the reader's language, which platforms then draw."""
