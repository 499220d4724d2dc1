"""How much of bodies is held at the same time: many large ones at once must not take the machine's memory."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from marrow.service.faults import Refused

_PAUSE = {"Retry-After": "5"}


class Room:
    """most: bytes of all bodies together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def lent(self) -> Iterator[Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]]:
        """What a stream goes through; its bytes count until the end of the block. Raises Refused (503) where there is no room."""
        taken = 0

        async def counted(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            nonlocal taken
            async for part in stream:
                if self._held + len(part) > self._most:
                    raise Refused(503, "too much is being taken in; send it again", _PAUSE)
                self._held += len(part)
                taken += len(part)
                yield part

        try:
            yield counted
        finally:
            self._held -= taken
