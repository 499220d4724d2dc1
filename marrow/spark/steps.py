"""What is done on the cluster, as Spark sees it: bytes in, bytes out; what they mean is the business of who evaluates."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from marrow.fault import unforeseen

Asked = ParamSpec("Asked")
Item = TypeVar("Item")


class Chunk(NamedTuple):
    """Some of one file: whole lines that follow each other, or all of it as it is.

    file: its place among the inputs. place: before that of the chunks that follow, 0 for the first.
    """

    file: int
    place: int
    data: bytes
    is_lines: bool


class Sent(NamedTuple):
    """What the first step makes of a chunk, or of a part of it.

    place: before that of what follows. note: for whoever began the run. buckets: by number, what the second step needs. pairs:
    for each key that came 16 bytes, 64 bits for the key and 64 for the home that keeps things together.
    """

    place: int
    note: bytes
    buckets: Mapping[int, bytes]
    pairs: bytes = b""


class Arrived(NamedTuple):
    """What the first step sent, where the second finds it."""

    bucket: int
    file: int
    place: int
    data: bytes


class First(Protocol):
    """A chunk to what is sent; the same for the same chunk, whenever and wherever it is done."""

    def __call__(self, chunk: Chunk) -> Iterable[Sent]: ...


class Second(Protocol):
    """A part, and what arrived for it by bucket, file and place, to pieces of named files; the same whenever it is done."""

    def evaluate(self, part: int, arrived: Iterable[Arrived]) -> Iterator[tuple[str, bytes]]: ...


class FailedThere(RuntimeError):
    """Something of ours went wrong in a worker: where, without a word of what it was about."""


def discreet(step: Callable[Asked, Iterator[Item]]) -> Callable[Asked, Iterator[Item]]:
    """A step of a worker whose errors hold no patient data: they would stand in the logs of a cluster."""

    @wraps(step)
    def shielded(*args: Asked.args, **kwargs: Asked.kwargs) -> Iterator[Item]:
        try:
            yield from step(*args, **kwargs)
        except Exception as error:
            if isinstance(error, FailedThere):
                raise
            raise FailedThere(unforeseen(error)) from None

    return shielded


_MADE: list[tuple[object, Any]] = []
_KEPT = 2  # one for each step


def made_once(told: object, make: Callable[[], Item]) -> Item:
    """What a worker process needs for a run is made once; told: the broadcast that brought it, the same in every task."""
    for known, made in _MADE:
        if known is told:
            found: Item = made
            return found
    _MADE.append((told, make()))
    del _MADE[:-_KEPT]
    last: Item = _MADE[-1][1]
    return last
