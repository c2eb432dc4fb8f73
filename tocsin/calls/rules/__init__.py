"""How calls are decided: the caller's journey, who is offered whom, what is said, and how numbers are read."""
