"""What can go wrong with any model's reply, each in one sentence and with what to do."""

from __future__ import annotations

from services.errors import BadInput, TooMany, Unavailable


def too_slow(name: str, seconds: float, *, begun: bool) -> Unavailable:
    """Say that a model took too long."""
    what = "wrote nothing more for" if begun else "did not begin to answer within"
    return Unavailable(f"{name} {what} {seconds:g} seconds.", "Run it again later, or choose another model.")


def broke_off(name: str) -> Unavailable:
    """Say that a reply ended before its end."""
    return Unavailable(f"The reply of {name} broke off before its end: the connection was lost.", "Run it again.")


def returned_nothing(name: str) -> Unavailable:
    """Say that a reply is empty."""
    return Unavailable(
        f"{name} returned nothing, although it said that it had finished.",
        "Run it again, allow a longer reply, or choose another model.",
    )


def loops(name: str) -> Unavailable:
    """Say that a model repeats itself."""
    return Unavailable(
        f"{name} said the same words again and again, so it was stopped.",
        "Put the question in other words, or choose another model.",
    )


def too_long(name: str) -> BadInput:
    """Say that the question and its sources are more than the model can read."""
    return BadInput(
        f"The question and its sources are longer than {name} can read.",
        "Ask a shorter question, search fewer documents, or choose a model that reads more.",
    )


def too_busy(name: str) -> TooMany:
    """Say that the endpoint limits how much it is asked."""
    return TooMany(f"{name} has more to do than it takes on at once.", "Run it again in a minute.")


def out_of_order(name: str) -> Unavailable:
    """Say that the endpoint has a fault of its own."""
    return Unavailable(f"{name} has a fault and could not answer.", "Run it again later, or choose another model.")
