"""How long the switchboard waits for things."""

from datetime import timedelta

# After a question was asked, this long for a key before the first answer is taken.
KEY = timedelta(seconds=5)
# Who left the line unanswered and calls again within this has the old place back.
REDIAL = timedelta(minutes=10)
# An offer that is not answered goes to the next agent.
OFFER = timedelta(seconds=20)
# A number outside rings for at most this long.
DIAL = timedelta(seconds=30)
# Whoever dials 112 on the keypad presses its three keys within this; keys of menus come after what is said there.
EMERGENCY_KEYS = timedelta(seconds=4)
# A caller is left without any sound for at most this long.
SILENCE = timedelta(seconds=1)
# Between two announcements of the position in line.
POSITION = timedelta(seconds=45)
# News that did not change are told again after this, with the next announcement.
NEWS = timedelta(minutes=2)
# An agent whose telephone disappeared may come back for this long (a page reloaded, another network).
AGENT_RETURN = timedelta(seconds=20)
# A caller on hold: the agent is reminded after this, and after this the caller goes to another.
HOLD_REMINDER = timedelta(minutes=2)
HOLD = timedelta(minutes=5)
# After a call, to finish the note; then the agent is ready again.
WRAP_UP = timedelta(seconds=120)
# So long before a coordinator hears a conversation, the agent is told.
BEFORE_LISTENING = timedelta(seconds=3)
# A caller in the switch's fallback who was not seen for this long counts as gone. The message there may be longer:
# nobody is hung up for that, and whoever comes again is taken in.
FALLBACK_RETURN = timedelta(seconds=60)
# A number that is called back rings for so long.
RINGING = timedelta(seconds=30)
# By then a number rings that was dialled: of international connections 95 in a hundred (ITU-T E.721, table 1).
RINGS_BY = timedelta(seconds=11)
# Whoever answers has so long to press the key by which somebody is told from a machine.
GREETED = timedelta(seconds=10)
# Between two attempts to call back.
RETRY = timedelta(minutes=5)
# So long before the end of the promise, the call-back goes before those who wait.
PROMISE_NEARS = timedelta(minutes=5)
# So long after the closing hour those in line wait on for agents who are still at work.
AFTER_HOURS = timedelta(hours=1)
# A promise not kept so long after its end is given up.
PROMISE_OVER = timedelta(hours=4)
# Spent with victims and relatives, after which an agent is offered none before so long away from them; docs/
# algorithms/routing.md says what counts.
D2_LIMIT = timedelta(hours=1)
D2_BREAK = timedelta(minutes=10)
# A message that never reports its end (a lost event) does not hold the caller longer than this.
LONGEST_MESSAGE = timedelta(minutes=5)
