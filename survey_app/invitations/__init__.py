"""Person x round: launch, links, entry, ledger, reminders, participation."""
