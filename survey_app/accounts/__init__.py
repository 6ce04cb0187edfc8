"""Staff who sign in: users, roles, scope, sessions."""
