"""The one exception people see: a rule said no, and why."""


class Refusal(Exception):
    """A rule refused what was asked; the message says why and what to do next, in plain words.

    The message is English and names the places of its `facts`: "%(number)s is in use.", number=number. That
    marks it for translation too: pages look it up as it stands here, then put the facts in (web.refusals).

    >>> str(Refusal("%(number)s is in use.", number="1771"))
    '1771 is in use.'
    """

    def __init__(self, message: str, /, **facts: object) -> None:
        super().__init__(message % facts if facts else message)
        self.message = message
        self.facts = facts
