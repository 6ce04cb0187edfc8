"""Attempts: drawing, saving, scoring, results."""
