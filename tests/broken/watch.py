"""A clock that a slow answer moves."""


class Watch:
    """Seconds, as the run of a suite sees them."""

    def __init__(self) -> None:
        self.time = 0.0
        self.rested = 0

    def __call__(self) -> float:
        """The time."""
        return self.time

    def rest(self, _seconds: float) -> None:
        """Nobody waits in a test."""
        self.rested += 1
