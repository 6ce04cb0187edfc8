"""Pages that span features: front page, homes."""
