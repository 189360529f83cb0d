"""What a model writes by a schema is read, or refused in one sentence."""

from __future__ import annotations

import pytest

from services.errors import Unavailable
from services.models.chat import ChatRequest, Message, Speaker, read_object
from tests.contracts.chat_contract import SCHEMA, assert_one_sentence


@pytest.mark.parametrize(
    "text", ['{"weeks": 16}', ' \n{"weeks":16}\n', '```json\n{"weeks": 16}\n```', '```\n{\n"weeks": 16\n}\n```\n']
)
def test_an_object_is_read_also_out_of_a_fence(text: str) -> None:
    assert read_object("Model X", text, SCHEMA) == {"weeks": 16}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sixteen weeks.",
        '{"weeks": 16',
        '{"weeks": "16"}',
        "{}",
        '{"weeks": 16, "pay": 1}',
        "[16]",
        "16",
        "[" * 99999,
    ],
)
def test_anything_else_is_one_sentence(text: str) -> None:
    with pytest.raises(Unavailable) as raised:
        read_object("Model X", text, SCHEMA)
    assert_one_sentence(raised.value, "Model X")


def test_what_is_sent_is_the_system_and_every_message() -> None:
    request = ChatRequest("Be brief.", (Message(Speaker.USER, "One?"), Message(Speaker.ASSISTANT, "Two.")))
    assert request.text == "Be brief.\nOne?\nTwo."
