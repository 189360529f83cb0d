"""Models as people meet them: what an answer costs, where a model runs, and what it may see."""

from __future__ import annotations

from decimal import Decimal

from services.models.model import Model
from services.models.models import MOST_TOKENS_IN

CENT = Decimal("0.01")


def price_of(model: Model) -> str:
    """Say what an answer costs at most: "costs nothing", "at most about $0.03"."""
    if model.price.is_free:
        return "costs nothing"
    return f"at most {money(model.price.of(MOST_TOKENS_IN, model.most_tokens).amount, model.price.currency)} an answer"


def money(amount: Decimal, currency: str) -> str:
    """Say an amount as people do: "about $0.03", "less than $0.01"."""
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(currency, f"{currency} ")
    if 0 < amount < CENT:
        return f"less than {sign}0.01"
    return f"about {sign}{amount.quantize(CENT):,}"
