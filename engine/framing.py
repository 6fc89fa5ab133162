"""Messages between this program and the processes that help it: a length, then so many bytes.

Both ends are the same version of the same program. It loads nothing, for a helping process has to
be quick at hand.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to load than everything else that a helper needs
if TYPE_CHECKING:
    from typing import IO, Final

_LENGTH: Final = 8  # bytes


def write_message(stream: IO[bytes], data: bytes) -> None:
    """Write one message; raises OSError."""
    stream.write(len(data).to_bytes(_LENGTH, "little"))
    stream.write(data)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """Return the bytes of the next message, None at the end; raises OSError."""
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    wanted = int.from_bytes(length, "little")
    data = stream.read(wanted)
    return data if len(data) == wanted else None
