"""Drawings with words in them, as SVG and PNG: what cards (charts) and pictures (contact sheets) share."""
