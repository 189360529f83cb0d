"""Every error that Amazon Bedrock and the library under it know has a sentence of its own."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import botocore.session
import pytest
import urllib3.exceptions
from botocore.eventstream import ChecksumMismatch
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from botocore.parsers import ResponseParserError

from services.backends.aws.bedrock_chat import ENDINGS
from services.backends.aws.faults import fault_of, known_code, known_kind
from services.errors import AppError, BadInput, TooMany, Unavailable
from services.models.reply import PassingFault
from tests.contracts.chat_contract import assert_one_sentence
from tests.doubles.bedrock import ACCESS_KEY, SECRET_KEY

NAME = "Model X"
SERVICE = botocore.session.get_session().get_service_model("bedrock-runtime")
SECRETS = f"{ACCESS_KEY} {SECRET_KEY} arn:aws:iam::123456789012:role/finance"
"""What Amazon may put into its own words."""


def declared() -> Iterator[tuple[str, int]]:
    """Every error shape of the operations used, also in the middle of a stream, with its HTTP status."""
    for name in ("Converse", "ConverseStream"):
        operation = SERVICE.operation_model(name)
        for shape in operation.error_shapes:
            yield shape.error_code, shape.metadata["error"]["httpStatusCode"]
    for member, shape in SERVICE.operation_model("ConverseStream").output_shape.members["stream"].members.items():
        if shape.metadata.get("exception"):
            yield member, shape.metadata["error"]["httpStatusCode"]


def told(code: str, status: int, message: str = SECRETS) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}


def sentence(fault: AppError | PassingFault) -> AppError:
    return fault.error if isinstance(fault, PassingFault) else fault


def library_kinds() -> list[type[BotoCoreError]]:
    """Every kind of error of the library that reaching the service, signing in to it or its settings can raise."""
    roots = (
        botocore.exceptions.ConnectionError,
        botocore.exceptions.HTTPClientError,
        botocore.exceptions.NoCredentialsError,
        botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.CredentialRetrievalError,
        botocore.exceptions.TokenRetrievalError,
        botocore.exceptions.SSOError,
        botocore.exceptions.LoginError,
        botocore.exceptions.NoRegionError,
        botocore.exceptions.InvalidRegionError,
        botocore.exceptions.ProfileNotFound,
        botocore.exceptions.ConfigNotFound,
        botocore.exceptions.ConfigParseError,
        botocore.exceptions.EndpointProviderError,
        botocore.exceptions.ParamValidationError,
    )
    kinds = [kind for _, kind in inspect.getmembers(botocore.exceptions, inspect.isclass)]
    return [kind for kind in kinds if issubclass(kind, roots)]


def raised(kind: type[BotoCoreError]) -> BotoCoreError:
    """Make an error of the library with its sentence filled in by whatever it asks for."""
    fields = [part.split("}")[0] for part in str(kind.fmt).split("{")[1:]]
    return kind(**{"error": SECRETS, **dict.fromkeys(fields, SECRETS)})


DECLARED = sorted(set(declared()))


def test_the_walk_meets_errors_of_the_operation_and_of_the_stream() -> None:
    codes = {code for code, _ in DECLARED}
    assert {"ThrottlingException", "throttlingException", "modelStreamErrorException"} <= codes
    assert len(library_kinds()) > 20


@pytest.mark.parametrize(("code", "status"), DECLARED)
def test_every_error_of_the_operations_has_a_sentence_of_its_own(code: str, status: int) -> None:
    assert known_code(code)
    in_stream = code[0].islower()
    error = (EventStreamError if in_stream else ClientError)(told(code, status), "ConverseStream")
    assert_silent_sentence(fault_of(error, NAME))


@pytest.mark.parametrize("kind", library_kinds(), ids=lambda kind: kind.__name__)
def test_every_error_of_reaching_and_signing_in_has_a_sentence_of_its_own(kind: type[BotoCoreError]) -> None:
    error = raised(kind)
    assert known_kind(error)
    assert_silent_sentence(fault_of(error, NAME))


@pytest.mark.parametrize(
    "error",
    [
        urllib3.exceptions.ProtocolError(SECRETS),
        urllib3.exceptions.ReadTimeoutError(None, "/", SECRETS),  # type: ignore[arg-type]
        ChecksumMismatch(1, 2),
        ResponseParserError(SECRETS),
        ValueError(SECRETS),
        ConnectionResetError(SECRETS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_wire_raises_has_a_sentence_of_its_own(error: Exception) -> None:
    assert known_kind(error)
    assert_silent_sentence(fault_of(error, NAME))


def test_an_error_that_amazon_adds_is_still_a_sentence_by_its_status() -> None:
    assert not known_code("BrandNewException")
    theirs = fault_of(ClientError(told("BrandNewException", 503), "Converse"), NAME)
    ours = fault_of(ClientError(told("BrandNewException", 418), "Converse"), NAME)
    assert isinstance(theirs, PassingFault)
    assert isinstance(ours, BadInput)
    assert_silent_sentence(theirs)
    assert_silent_sentence(ours)


@pytest.mark.parametrize(
    ("code", "kind", "passes"),
    [
        ("ThrottlingException", TooMany, True),
        ("throttlingException", TooMany, True),
        ("ServiceUnavailableException", Unavailable, True),
        ("ModelNotReadyException", Unavailable, True),
        ("AccessDeniedException", Unavailable, False),
        ("ExpiredTokenException", Unavailable, False),
        ("ValidationException", BadInput, False),
    ],
)
def test_only_what_may_pass_is_tried_again(code: str, kind: type[AppError], passes: bool) -> None:
    fault = fault_of(ClientError(told(code, 400), "ConverseStream"), NAME)
    assert isinstance(fault, PassingFault) is passes
    assert isinstance(sentence(fault), kind)


@pytest.mark.parametrize(
    "message",
    [
        "Input is too long for requested model.",
        "The model returned the following errors: prompt is too long: 250000 tokens > 200000 maximum",
        "Too many input tokens. Max input tokens: 8192",
        "This model's maximum context length is 131072 tokens.",
    ],
)
def test_what_is_too_long_says_what_to_shorten(message: str) -> None:
    fault = fault_of(ClientError(told("ValidationException", 400, message), "Converse"), NAME)
    assert "longer than Model X can read" in sentence(fault).message


def test_every_way_to_end_that_amazon_knows_is_known() -> None:
    assert set(ENDINGS) == set(SERVICE.shape_for("StopReason").enum)


def assert_silent_sentence(fault: AppError | PassingFault) -> None:
    """One sentence, one hint, and nothing of Amazon's own words."""
    error = sentence(fault)
    assert_one_sentence(error, NAME)
    said = f"{error.message} {error.hint}"
    assert [each for each in (*SECRETS.split(), "123456789012") if each in said] == []
