"""The dialogue with a supplier: each part of it is played once, when the first test asks for it."""

import pytest

from contracts.suites.supplier.asking import Gateway
from contracts.suites.supplier.buying import Buying
from contracts.suites.supplier.changing import Changing
from contracts.suites.supplier.mending import Ethernet, Mending
from contracts.suites.supplier.ordering import Ordering


@pytest.fixture(scope="session")
def gateway(party, ear, profile, numbers, by_hand):
    made = Gateway(party, ear, profile, numbers, by_hand)
    yield made
    made.tidy()


@pytest.fixture(scope="session")
def buying(gateway):
    return Buying(gateway)


@pytest.fixture(scope="session")
def ordering(gateway, buying):
    return Ordering(gateway, buying)


@pytest.fixture(scope="session")
def changing(gateway, ordering):
    return Changing(gateway, ordering)


@pytest.fixture(scope="session")
def mending(gateway, ordering, changing):
    return Mending(gateway, ordering, changing)


@pytest.fixture(scope="session")
def ethernet(gateway, ordering):
    return Ethernet(gateway, ordering)


@pytest.fixture(scope="session")
def everything(gateway, buying, ordering, mending, ethernet, changing, play_all, profile):
    """The whole dialogue has been played."""
    play_all(gateway, buying, ordering, mending, ethernet, changing)
    gateway.listen(profile.quiet)
    return gateway


@pytest.fixture(scope="session")
def exchanges(everything, party):
    """Everything that was asked and answered."""
    return list(party.exchanges)


@pytest.fixture(scope="session")
def heard(everything):
    """Every message that came."""
    return everything.messages()


@pytest.fixture(scope="session")
def stories(everything):
    """Everything that was taken, with what was heard of it."""
    return [story for story in everything.stories if story.accepted]


@pytest.fixture(scope="session")
def refusing(ear, ordering, stories, heard):
    """(a KCI that was turned away with 503, the same one once it came again or None); None where none could be.

    After everything else, so that no other story is disturbed.
    """
    if not hasattr(ear, "answer"):
        return None
    turned = []

    def once(message):
        if turned:
            return 204
        turned.append(message.number)
        return 503

    ear.answer = once
    story = ordering.in_progress()
    ear.answer = lambda _message: 204
    if story is None or not turned:
        return None
    first = next(each for each in ear.messages() if each.number == turned[0])

    def again():
        return next((each for each in ear.messages() if each.number > first.number and same(each, first)), None)

    ear.wait(lambda: again() is not None, story.gateway.profile.patience)
    return first, again()


def same(one, other):
    return isinstance(one.body, dict) and one.body.get("id") == other.body.get("id")
