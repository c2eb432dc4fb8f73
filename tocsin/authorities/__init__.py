"""The public bodies served: who they are, their duty officers, and the numbers people call."""
