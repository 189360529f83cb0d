"""An OpenAI-compatible endpoint, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from services.backends.openai_chat import OpenAIChat
from tests.contracts.chat_contract import ChatContract, Make
from tests.doubles.listening import listening
from tests.doubles.openai import KEY, OpenAIStage


@pytest.fixture
def stage() -> OpenAIStage:
    return OpenAIStage()


@pytest.fixture
def address(stage: OpenAIStage) -> Iterator[str]:
    with listening(stage.app) as address:
        yield address


@pytest.fixture
def make(address: str) -> Make:
    return partial(OpenAIChat, "Model Y", f"{address}/v1", "y-large", KEY)


class TestOpenAIChat(ChatContract):
    """All that the port promises."""
