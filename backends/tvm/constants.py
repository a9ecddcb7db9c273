"""Packed constants, one behind the other, each content once."""

ALIGNMENT = 256
"""Bytes: what an allocation on a GPU is aligned to."""


class PackedConstants:
    """Grows as constants are added."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._offsets: dict[bytes, int] = {}
        self.size = 0

    def add(self, data: bytes) -> int:
        """The offset at which `data` lies."""
        if data not in self._offsets:
            self._offsets[data] = self.size
            padded = data + bytes(-len(data) % ALIGNMENT)
            self._parts.append(padded)
            self.size += len(padded)
        return self._offsets[data]

    def to_bytes(self) -> bytes:
        return b"".join(self._parts)
