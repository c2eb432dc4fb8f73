"""People who sign in: identity, roles, sessions."""
