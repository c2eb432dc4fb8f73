"""What the board and the report show, read from the journal."""
