"""Easel: a chat bot that turns /imagine into pictures by Seedream 3.0."""

__version__ = "0.2.0"
