"""What Amazon Bedrock and the library that speaks with it can fail with, each in one sentence.

Amazon's own words are not repeated: they may hold account numbers, keys or the question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.errors import AppError, BadInput, Unavailable
from services.models.chat_faults import broke_off, out_of_order, too_busy, too_long
from services.models.reply import PassingFault

ASK_THE_OWNER = "Choose another model, and tell the owner of this one."
Say = Callable[[str], AppError | PassingFault]
"""Makes the error for a model's name."""


def fault_of(error: BaseException, name: str) -> AppError | PassingFault:
    """Put what a call to the model `name` raised into a sentence. `error` is nothing else than what a call raised."""
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    if isinstance(error, ClientError):
        return _told_by_amazon(error.response, name)
    say = _say_by_kind(error)
    return say(name) if say is not None else out_of_order(name)


def known_code(code: str) -> bool:
    """Whether an error code of Amazon's has a sentence of its own."""
    return _plain(code) in _BY_CODE


def known_kind(error: BaseException) -> bool:
    """Whether what the library raised has a sentence of its own."""
    return _say_by_kind(error) is not None


def _told_by_amazon(response: Mapping[str, Any], name: str) -> AppError | PassingFault:
    told = response.get("Error", {})
    code, message = _plain(str(told.get("Code", ""))), str(told.get("Message", "")).lower()
    if code == "ValidationException" and any(each in message for each in _TOO_LONG):
        return too_long(name)
    say = _BY_CODE.get(code)
    if say is not None:
        return say(name)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return PassingFault(out_of_order(name)) if status >= 500 or status == 0 else _refused(name)


def _plain(code: str) -> str:
    """Write a code as the operation declares it: in a stream it begins with a small letter."""
    return code[:1].upper() + code[1:]


def _say_by_kind(error: BaseException) -> Say | None:
    return next((say for kinds, say in _by_kind() if isinstance(error, kinds)), None)


def _refused(name: str) -> BadInput:
    return BadInput(f"{name} does not take a request of this form.", "Choose another model.")


def _denied(name: str) -> Unavailable:
    return Unavailable(
        f"Amazon Bedrock does not let this app use {name}.",
        "Choose another model, and ask the owner of this one to have access granted.",
    )


def _not_there(name: str) -> Unavailable:
    return Unavailable(f"Amazon Bedrock has no model or guardrail of that name for {name}.", ASK_THE_OWNER)


def _no_credentials(name: str) -> Unavailable:
    return Unavailable(
        f"This app has no valid credentials for Amazon Bedrock, so it can't ask {name}.",
        "Choose another model, and ask whoever runs this app to put in valid credentials.",
    )


def _misconfigured(name: str) -> Unavailable:
    return Unavailable(
        f"The way to Amazon Bedrock is not set up as it should be, so {name} can't be asked.",
        "Choose another model, and ask whoever runs this app to check the region, the address and the profile.",
    )


def _not_reached(name: str) -> PassingFault:
    return PassingFault(Unavailable(f"{name} can't be reached: Amazon Bedrock does not answer.", ASK_THE_OWNER))


def _not_trusted(name: str) -> Unavailable:
    return Unavailable(
        f"The connection to {name} is not safe: the certificate of what answers is not valid.", ASK_THE_OWNER
    )


def _took_too_long(name: str) -> Unavailable:
    return Unavailable(f"{name} took longer than Amazon Bedrock waits.", "Run it again, or ask for a shorter reply.")


def _not_ready(name: str) -> PassingFault:
    return PassingFault(Unavailable(f"{name} is being started and can't answer yet.", "Run it again in a minute."))


def _failed(name: str) -> Unavailable:
    return Unavailable(f"{name} failed while it worked on this request.", "Run it again, or choose another model.")


def malformed(name: str) -> Unavailable:
    """Say that what came keeps to no form."""
    return Unavailable(
        f"What {name} wrote could not be read: it keeps to no form that Amazon Bedrock knows.",
        "Run it again, or choose another model.",
    )


def _busy(name: str) -> PassingFault:
    return PassingFault(too_busy(name))


def _out_of_order(name: str) -> PassingFault:
    return PassingFault(out_of_order(name))


def _broke_off(name: str) -> PassingFault:
    return PassingFault(broke_off(name))


_TOO_LONG = (
    "too long",
    "too many input tokens",
    "input tokens exceed",
    "context length",
    "context window",
    "exceed model",
)
"""In the messages of Amazon's ValidationException, which has no code for it."""

_BY_CODE: dict[str, Say] = {
    "AccessDeniedException": _denied,
    "InternalServerException": _out_of_order,
    "ModelErrorException": _failed,
    "ModelNotReadyException": _not_ready,
    "ModelStreamErrorException": _out_of_order,
    "ModelTimeoutException": _took_too_long,
    "ResourceNotFoundException": _not_there,
    "ServiceQuotaExceededException": _busy,
    "ServiceUnavailableException": _out_of_order,
    "ThrottlingException": _busy,
    "ValidationException": _refused,
    # Of every service: https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
    "ExpiredToken": _no_credentials,
    "ExpiredTokenException": _no_credentials,
    "IncompleteSignature": _no_credentials,
    "InternalFailure": _out_of_order,
    "InvalidClientTokenId": _no_credentials,
    "InvalidSignatureException": _no_credentials,
    "MissingAuthenticationToken": _no_credentials,
    "MissingAuthenticationTokenException": _no_credentials,
    "NotAuthorized": _denied,
    "OptInRequired": _denied,
    "RequestExpired": _no_credentials,
    "ServiceUnavailable": _out_of_order,
    "SignatureDoesNotMatch": _no_credentials,
    "Throttling": _busy,
    "UnrecognizedClientException": _no_credentials,
    "ValidationError": _refused,
}


def _by_kind() -> tuple[tuple[tuple[type[BaseException], ...], Say], ...]:
    """What the library raises, the narrower kinds first."""
    import botocore.eventstream as frames  # type: ignore[import-untyped]
    import botocore.exceptions as boto
    import botocore.parsers as parsers  # type: ignore[import-untyped]
    import urllib3.exceptions as wire

    credentials = (
        boto.NoCredentialsError,
        boto.PartialCredentialsError,
        boto.CredentialRetrievalError,
        boto.UnknownCredentialError,
        boto.MetadataRetrievalError,
        boto.NoAuthTokenError,
        boto.TokenRetrievalError,
        boto.UnknownTokenProviderError,
        boto.SSOError,
        boto.LoginError,
        boto.RefreshWithMFAUnsupportedError,
        boto.InfiniteLoopConfigError,
        boto.InvalidIMDSEndpointError,
        boto.InvalidIMDSEndpointModeError,
    )
    setting = (
        boto.NoRegionError,
        boto.InvalidRegionError,
        boto.ProfileNotFound,
        boto.ConfigNotFound,
        boto.ConfigParseError,
        boto.InvalidConfigError,
        boto.InvalidProxiesConfigError,
        boto.EndpointProviderError,
        boto.BaseEndpointResolverError,
        boto.InvalidEndpointConfigurationError,
        boto.UnknownServiceError,
        boto.InvalidDNSNameError,
        boto.InvalidHostLabelError,
        boto.MissingDependencyException,
    )
    return (
        (credentials, _no_credentials),
        (setting, _misconfigured),
        ((boto.ParamValidationError, boto.MissingParametersError), _refused),
        ((boto.SSLError, wire.SSLError), _not_trusted),
        ((boto.ReadTimeoutError, wire.ReadTimeoutError), _took_too_long),
        ((boto.ConnectionClosedError, boto.ResponseStreamingError, boto.IncompleteReadError), _broke_off),
        ((boto.ConnectionError, boto.HTTPClientError), _not_reached),
        # langchain-aws raises Python's own ConnectionError for a stream without an end.
        ((wire.HTTPError, OSError), _broke_off),
        ((frames.ParserError, parsers.ResponseParserError, ValueError, LookupError), malformed),
    )
