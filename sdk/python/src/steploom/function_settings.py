"""What a function's settings are if they are left out (docs/functions.md)."""

from __future__ import annotations

from typing import Any, Dict, Mapping

DEFAULTS: Dict[str, Any] = {
    "description": "",
    "timeoutMs": 30_000,
    "memoryBytesMax": 128 * 1024 * 1024,
    "fuelMax": 50_000_000_000,
    "outputBytesMax": 6 * 1024 * 1024,
    "logBytesMax": 256 * 1024,
    "diskBytesMax": 64 * 1024 * 1024,
    "maxConcurrency": None,
    "atMostOnce": False,
    "reuse": "none",
    "reuseUsesMax": 1_000,
    "reuseSecondsMax": 300,
    "environment": {},
    "volumes": [],
    "allowHosts": [],
    "grants": [],
    "runtime": None,
    "handler": None,
    "lambda": {},
}


def are_same(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether settings that the server keeps are those that were asked for.

    Should the server have other defaults than these, they are not the same, and an upload follows.
    """
    return {**DEFAULTS, **kept} == {**DEFAULTS, **asked}
