"""Every setting of the app, declared once as data and read once, before anything else starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from services.errors import Misconfigured

PREFIX = "APP_"


def _folder(name: str, value: str) -> Path:
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise Misconfigured(f"{name} must be a folder, but {value!r} is a file.", "Name a folder or leave it out.")
    return path


def _one_of(*allowed: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value not in allowed:
            rule = " or ".join(allowed)
            raise Misconfigured(f"{name} must be {rule}, but it is {value!r}.", f"Set {name}={allowed[0]}.")
        return value

    return read


def _declared(default: str, help: str, read: Callable[[str, str], Any]) -> dict[str, Any]:
    return {"default": default, "help": help, "read": read}


def _address(name: str, value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise Misconfigured(f"{name} must begin with http:// or https://, but it is {value!r}.", f"Set {name} to it.")
    return value.rstrip("/")


def _as_it_is(_name: str, value: str) -> str:
    return value


@dataclass(frozen=True)
class Settings:
    """What can be chosen from outside. The variable of a field is `APP_` and its name in capitals."""

    data: Path = field(
        metadata=_declared("data", "Folder that holds everything the app writes, made readable for you alone.", _folder)
    )
    backend: str = field(
        metadata=_declared("embedded", "What the app stands on; so far only this machine.", _one_of("embedded"))
    )
    chat_url: str = field(
        default="",
        metadata=_declared("", "Address (up to /v1) of an endpoint that is OpenAI-compatible.", _address),
    )
    chat_model: str = field(default="", metadata=_declared("", "What that endpoint calls its model.", _as_it_is))
    chat_key: str = field(
        default="", repr=False, metadata=_declared("", "Key of that endpoint, where it needs one.", _as_it_is)
    )
    bedrock_region: str = field(
        default="", metadata=_declared("", "AWS region of Amazon Bedrock; its models can be chosen then.", _as_it_is)
    )


@dataclass(frozen=True)
class Described:
    """One setting as people meet it: the variable, its default as text, one sentence of help."""

    variable: str
    default: str
    help: str


def described() -> tuple[Described, ...]:
    """List every setting; the README's table is tested against it."""
    return tuple(
        Described(PREFIX + each.name.upper(), each.metadata["default"], each.metadata["help"])
        for each in fields(Settings)
    )


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `environment` (default: the process's own); an empty value counts as not set.

    Raises Misconfigured with one sentence that names the variable, the rule and the value.
    """
    given = os.environ if environment is None else environment
    known = {PREFIX + each.name.upper(): each for each in fields(Settings)}
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in known:
            raise Misconfigured(
                f"{name} is not a setting of Accelerate, but it is set to {given[name]!r}.",
                f"Known are {', '.join(known)}.",
            )
    return Settings(
        **{
            each.name: each.metadata["read"](name, given.get(name) or each.metadata["default"])
            for name, each in known.items()
        }
    )
