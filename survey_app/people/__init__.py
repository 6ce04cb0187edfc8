"""Who may be asked: people, cells, memberships, roster import."""
