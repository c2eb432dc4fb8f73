"""One line per action, append-only and hash-chained: audit trail, outbox and timeline in one."""
