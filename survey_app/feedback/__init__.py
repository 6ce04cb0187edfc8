"""Feedback forms: sealed ballots, counting, disclosure, summary. Who said what is nowhere."""
