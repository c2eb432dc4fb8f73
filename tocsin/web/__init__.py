"""Who looks at it: the agent's desk, the console, and the demonstration's front door."""
