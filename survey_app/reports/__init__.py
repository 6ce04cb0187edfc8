"""The committee's table and report: a campaign's figures, frozen, and what is issued of them."""
