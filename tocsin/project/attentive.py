"""supervisord as Tocsin runs it: it looks after its processes ten times a second.

By itself it looks when one of them says something, or after a second, and starts again at the second look what it
found dead at the first: a database that was killed may wait two seconds until it is started.
"""

from supervisor.options import ServerOptions
from supervisor.supervisord import go

SECONDS_BETWEEN_LOOKS = 0.1


def main() -> None:
    """Be supervisord, with its own command line, until it is told to stop."""
    options = ServerOptions()
    wait = options.poller.poll
    options.poller.poll = lambda timeout: wait(min(timeout, SECONDS_BETWEEN_LOOKS))
    options.realize()
    # As its own `main` says before the first round; one that is told to read its configuration anew stops instead.
    options.first, options.test = True, False
    go(options)
    options.close_httpservers()
    options.close_logger()


if __name__ == "__main__":
    main()
