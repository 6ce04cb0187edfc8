"""Feedback that no one can trace: sealed ballots, counting, and what may be told of the counts."""
