"""A demonstration's front door: call, answer or watch, each with one click. Elsewhere it does not exist."""

# The people a visitor may be are told apart by where their mail would go, which is nowhere.
VISITORS_DOMAIN = "visitor.invalid"
NUMBER = "1771"
