"""Functions of kind `reactor`, small enough to be made by hand."""

from __future__ import annotations

from typing import List


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _vector(items: List[bytes]) -> bytes:
    return bytes([len(items)]) + b"".join(items)


def _section(id: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([id, len(content)]) + content


def _code(instructions: bytes) -> bytes:
    # No locals; `end`.
    body = b"\x00" + instructions + b"\x0b"
    return bytes([len(body)]) + body


def _module(handle: bytes, pages: int = 2) -> bytes:
    i32, i64 = b"\x7f", b"\x7e"
    alloc_type = b"\x60" + _vector([i32]) + _vector([i32])
    handle_type = b"\x60" + _vector([i32, i32]) + _vector([i64])
    exports = [
        _text("memory") + b"\x02\x00",
        _text("steploom_alloc") + b"\x00\x00",
        _text("steploom_handle") + b"\x00\x01",
    ]
    # Everything is put at 1024.
    alloc = b"\x41\x80\x08"
    return b"".join(
        [
            b"\0asm\x01\0\0\0",
            _section(1, _vector([alloc_type, handle_type])),
            _section(3, _vector([b"\x00", b"\x01"])),
            _section(5, _vector([b"\x00" + bytes([pages])])),
            _section(7, _vector(exports)),
            _section(10, _vector([_code(alloc), _code(handle)])),
        ]
    )


# ptr << 32 | len
_SAME = b"\x20\x00\xad\x42\x20\x86\x20\x01\xad\x84"

ECHO = _module(_SAME)
"""Answers its event."""

FAIL = _module(_SAME + b"\x42\x80\x80\x80\x80\x08\x84")
"""Fails with its event as the error: bit 31 of the length is set."""

SPIN = _module(b"\x03\x40\x0c\x00\x0b\x00")
"""Never ends by itself."""
