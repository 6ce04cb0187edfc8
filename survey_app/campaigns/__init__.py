"""Campaigns, rounds, their settings and readiness checks."""
