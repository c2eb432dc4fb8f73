"""How long the switchboard waits for things."""

from datetime import timedelta

# After a question was asked, this long for a key before the first answer is taken.
KEY = timedelta(seconds=5)
# Who left the line unanswered and calls again within this has the old place back.
REDIAL = timedelta(minutes=10)
# An offer that is not answered goes to the next agent.
OFFER = timedelta(seconds=20)
# A caller is left without any sound for at most this long.
SILENCE = timedelta(seconds=1)
# Between two announcements of the position in line.
POSITION = timedelta(seconds=45)
# An agent whose telephone disappeared may come back for this long (a page reloaded, another network).
AGENT_RETURN = timedelta(seconds=20)
# After a call, to finish the note; then the agent is ready again.
WRAP_UP = timedelta(seconds=120)
# A caller in the switch's fallback who was not seen for this long counts as gone. The message there may be longer:
# nobody is hung up for that, and whoever comes again is taken in.
FALLBACK_RETURN = timedelta(seconds=60)
# A number that is called back rings for so long.
RINGING = timedelta(seconds=30)
# Whoever answers has so long to press the key by which somebody is told from a machine.
GREETED = timedelta(seconds=10)
# Between two attempts to call back.
RETRY = timedelta(minutes=5)
# So long before the end of the promise, the call-back goes before those who wait.
PROMISE_NEARS = timedelta(minutes=5)
# A promise not kept so long after its end is given up.
PROMISE_OVER = timedelta(hours=4)
# Spent with victims and relatives, after which an agent is offered none before a break from them of that length.
D2_LIMIT = timedelta(hours=1)
D2_BREAK = timedelta(minutes=10)
# A message that never reports its end (a lost event) does not hold the caller longer than this.
LONGEST_MESSAGE = timedelta(minutes=5)
