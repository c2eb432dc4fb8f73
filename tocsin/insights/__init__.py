"""The live board, the service figures and the report of an activation."""
