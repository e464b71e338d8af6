"""Where Steploom is, and by what it knows the caller: arguments first, then the environment."""

from __future__ import annotations

import os
from typing import Optional
from urllib.parse import urlsplit

from .error import Invalid, invalid

DEFAULT = "http://127.0.0.1:8080"
"""Where `steploom up` listens."""

URL_VARIABLE = "STEPLOOM_ENDPOINT"
KEY_VARIABLE = "STEPLOOM_API_KEY"


def find_endpoint(endpoint: Optional[str]) -> str:
    """A checked URL without a slash at its end: the one given, that of `STEPLOOM_ENDPOINT`, or the default.

    Raises `Invalid` / `InvalidEndpoint`.
    """
    url = endpoint if endpoint is not None else os.environ.get(URL_VARIABLE) or DEFAULT

    def wrong(why: str) -> Invalid:
        return invalid("InvalidEndpoint", f"{url!r} is not an endpoint such as {DEFAULT}: {why}")

    if not isinstance(url, str):
        raise wrong("it must be a str")
    if not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise wrong("it has characters that a URL does not have")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise wrong(str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise wrong("it must begin with http:// or https://")
    if not host or port == 0:
        raise wrong("it must have a host, and no port 0")
    if "@" in parts.netloc:
        raise wrong("it must not have a user")
    if "?" in url or "#" in url:
        raise wrong("it must not have a query or a fragment")
    return url.rstrip("/")


def find_key(api_key: Optional[str]) -> Optional[str]:
    """The token given, or that of `STEPLOOM_API_KEY`; `None` if there is none. It is never shown.

    Raises `Invalid` / `InvalidKey` if it could not stand in a header.
    """
    key = api_key if api_key is not None else os.environ.get(KEY_VARIABLE)
    if not key:
        return None
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or " " in key:
        raise invalid("InvalidKey", "the API key is no plain text")
    return key
