"""How long tests wait for what must happen: only so that one that fails says so, and does not hang.

Long for a machine several times slower than ours that is busy with other tests, and short enough that two such
waits end before pytest gives a test up (`faulthandler_timeout`).
"""

PATIENCE_SECONDS = 120
