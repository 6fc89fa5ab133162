"""Make a certificate for this computer alone, as a server of encrypted pages needs one.

It is a certificate of version 3 (RFC 5280) with an RSA key (RFC 8017), signed by itself.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

_SHA256_WITH_RSA = "1.2.840.113549.1.1.11"
_SMALL = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_EXPONENT = 65537


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 and its key into `folder`; return both paths."""
    first, second = _prime(), _prime()
    modulus = first * second
    private = pow(_EXPONENT, -1, (first - 1) * (second - 1))
    public = _sequence(_number(modulus), _number(_EXPONENT))
    body = _body(public)
    digest = _sequence(
        _sequence(_named("2.16.840.1.101.3.4.2.1"), b"\x05\x00"),
        _tagged(0x04, hashlib.sha256(body).digest()),
    )
    padded = b"\x00\x01" + b"\xff" * (256 - 3 - len(digest)) + b"\x00" + digest
    signature = pow(int.from_bytes(padded, "big"), private, modulus).to_bytes(256, "big")
    signed = _sequence(body, _algorithm(_SHA256_WITH_RSA), _bits(signature))
    parts = (private % (first - 1), private % (second - 1), pow(second, -1, first))
    key = _sequence(*map(_number, (0, modulus, _EXPONENT, private, first, second, *parts)))
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(_pem("CERTIFICATE", signed), encoding="ascii")
    secret.write_text(_pem("RSA PRIVATE KEY", key), encoding="ascii")
    return certificate, secret


def _body(public: bytes) -> bytes:
    common_name = _sequence(_named("2.5.4.3"), _tagged(0x0C, b"127.0.0.1"))
    name = _sequence(_tagged(0x31, common_name))
    extensions = (
        _extension("2.5.29.19", _sequence(b"\x01\x01\xff"), critical=True),  # may sign: itself
        _extension("2.5.29.15", b"\x03\x02\x02\x84", critical=True),
        _extension("2.5.29.14", _tagged(0x04, hashlib.sha1(public).digest())),
        _extension("2.5.29.17", _sequence(_tagged(0x87, bytes((127, 0, 0, 1))))),
    )
    return _sequence(
        _tagged(0xA0, _number(2)),
        _number(secrets.randbits(63) | 1),
        _algorithm(_SHA256_WITH_RSA),
        name,
        _sequence(_tagged(0x17, b"200101000000Z"), _tagged(0x18, b"20991231235959Z")),
        name,
        _sequence(_algorithm("1.2.840.113549.1.1.1"), _bits(public)),
        _tagged(0xA3, _sequence(*extensions)),
    )


def _prime() -> int:
    while True:
        found = secrets.randbits(1024) | (3 << 1022) | 1
        if all(found % small for small in _SMALL) and pow(2, found - 1, found) == 1:
            return found


def _tagged(tag: int, data: bytes) -> bytes:
    size = len(data)
    if size < 128:
        return bytes((tag, size)) + data
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + data


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _number(value: int) -> bytes:
    return _tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(data: bytes) -> bytes:
    return _tagged(0x03, b"\x00" + data)


def _named(dotted: str) -> bytes:
    first, second, *others = map(int, dotted.split("."))
    data = bytearray((40 * first + second,))
    for number in others:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(number & 0x7F | 0x80)
        data += bytes(reversed(digits))
    return _tagged(0x06, bytes(data))


def _algorithm(dotted: str) -> bytes:
    return _sequence(_named(dotted), b"\x05\x00")


def _extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = b"\x01\x01\xff" if critical else b""
    return _sequence(_named(dotted), flag, _tagged(0x04, value))


def _pem(what: str, data: bytes) -> str:
    text = base64.encodebytes(data).decode("ascii")
    return f"-----BEGIN {what}-----\n{text}-----END {what}-----\n"
