"""Bodies: what is sent, and what came, as JSON or a form."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Union

from .error import BadAnswer, invalid

JSON = "application/json"
NDJSON = "application/x-ndjson"
YAML = "application/yaml"
WASM = "application/wasm"

Source = Union[str, "os.PathLike[str]"]
"""A file's path."""


class Body(NamedTuple):
    """What is sent, and its content type."""

    content: bytes
    kind: str


def write(value: object, what: str, *, is_sorted: bool = False) -> bytes:
    """JSON in UTF-8, without spaces.

    Raises `Invalid` / `InvalidJson` for what JSON has no words for: NaN, dates, bytes, sets, half a character.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=is_sorted, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise invalid("InvalidJson", f"{what} is no JSON: {error}") from error


def are_same(one: object, other: object) -> bool:
    """Whether two values are the same JSON, in whatever order its fields stand. Python alone takes 1 for True.

    Raises `Invalid` / `InvalidJson` if the other is none.
    """
    return write(one, "the one", is_sorted=True) == write(other, "the other", is_sorted=True)


def read(content: bytes) -> Any:
    """JSON that came. Raises `BadAnswer` if it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        shown = content[:200].decode(errors="replace")
        raise BadAnswer(f"{shown!r} is no JSON: {error}") from error


def of_json(value: object, what: str) -> Body:
    """A body of JSON."""
    return Body(write(value, what), JSON)


def of_definition(definition: Union[str, Mapping[str, Any]]) -> Body:
    """A state machine's definition: an object, or text of JSON or YAML."""
    if not isinstance(definition, str):
        return of_json(definition, "the definition")
    # A definition in JSON is an object, so it begins with a brace; everything else is YAML.
    kind = JSON if definition.lstrip().startswith("{") else YAML
    try:
        return Body(definition.encode(), kind)
    except UnicodeEncodeError as error:
        raise invalid("InvalidDefinition", f"the definition is no text: {error}") from error


def of_upload(module: bytes, settings: Optional[Mapping[str, Any]]) -> Body:
    """A function's module; with settings it is a form of two parts (RFC 7578)."""
    if settings is None:
        return Body(module, WASM)
    # 122 random bits keep the boundary from standing in the module.
    boundary = f"steploom-{uuid.uuid4().hex}"
    pieces = []
    for name, kind, content in (
        ("settings", JSON, write(settings, "the settings")),
        ("module", WASM, module),
    ):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        pieces += [head.encode(), content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return Body(b"".join(pieces), f"multipart/form-data; boundary={boundary}")


def read_file(path: Source, what: str) -> bytes:
    """A file's content. Raises `Invalid` / `CannotRead`."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise invalid("CannotRead", f"{what} cannot be read: {error}") from error
