"""What a simulation raises when a guarantee was broken."""


class Violation(AssertionError):
    """Says which guarantee, and by what."""
