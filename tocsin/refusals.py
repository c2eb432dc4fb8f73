"""The one exception people see: a rule said no, and why."""


class Refusal(Exception):
    """A rule refused what was asked; the message says why and what to do next, in plain words."""
