"""Whatever happens in whatever order: nobody is lost, with two others, or waiting beside a free agent.

A small model of the switch carries out the moves; events reach the decision late and in batches, as in life.
"""

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine

from tests.rules.model_stories import Stories


class Exchange(Stories, RuleBasedStateMachine):
    """Callers and agents do as they like; the switchboard decides; a model switch obeys."""


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
