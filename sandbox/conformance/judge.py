"""Judging single KCIs, for the examiners."""

from sandbox.conformance import told
from sandbox.conformance.exchange import Message
from sandbox.conformance.shapes import Wrong
from sandbox.spec.requirements import Catalogue


class Judge:
    """Judges single KCIs by the rules for them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def applies(self, requirement: str, message: Message) -> bool:
        """Whether the rule is about this message."""
        return told.BY_REQUIREMENT[requirement].applies(message.body)

    def wrong(self, requirement: str, message: Message) -> Wrong | None:
        """What is wrong with it by this rule."""
        return told.BY_REQUIREMENT[requirement].wrong(message.body)

    def sentence(self, requirement: str) -> str:
        """The rule in words."""
        return self._catalogue.requirements[requirement].sentence
