"""The agent's desk: one page with the telephone, the call and the note."""
