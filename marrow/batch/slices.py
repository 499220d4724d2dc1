"""What sorting leaves on disk: for each stretch its pieces by part, and what it says of all of them."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from fhir_adapter.ledger import Fate
from fhir_adapter.pieces import AnyPiece, Gone, Told
from fhir_adapter.sorting import Sorted
from marrow.batch.layout import digest_of
from marrow.output import telling

Here = tuple[int, list[AnyPiece]]
"""The place of a section in its slice, and pieces from there."""
_WIDTH = 112
"""Bytes of a key that are mixed; a longer one stands by its digest."""
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], dtype=np.uint64)
_PIECES = msgspec.msgpack.Decoder(list[Here])


class Source(Struct, array_like=True):
    """A section as it was read: the file, its place among the sections of that file, and how many lines it had."""

    file: int
    place: int
    lines: int


class Digest(Struct, array_like=True):
    """What is known of a slice without opening it. extents: where the pieces of each part lie; keys: how many there are."""

    sources: list[Source] = []
    extents: list[tuple[int, int]] = []
    keys: tuple[int, int] = (0, 0)
    shared: list[Here] = []
    gone: list[tuple[int, Gone]] = []
    ties: list[tuple[str, str]] = []
    sought: list[tuple[str, str]] = []
    named: list[tuple[str, str]] = []
    counts: list[tuple[str, Fate, int]] = []
    newest: int = 0
    resources: int = 0
    whole: list[tuple[int, Told]] = []
    """What is wrong with whole files."""


class Slice:
    """Collects what sections come to, by part, until it is written."""

    def __init__(self, parts: int) -> None:
        self.digest = Digest()
        self._parts = parts
        self._buckets: list[list[Here]] = [[] for _ in range(parts)]
        self._homes: dict[str, int] = {}
        self._keys: list[str] = []
        self._of_keys: list[int] = []
        self._counts: Counter[tuple[str, Fate]] = Counter()

    def add(self, source: Source, found: Sorted) -> None:
        """One section's pieces."""
        here, digest = len(self.digest.sources), self.digest
        digest.sources.append(source)
        lists: dict[int, list[AnyPiece]] = {}
        homes, parts = self._homes, self._parts
        resources = 0
        for piece in found.pieces:
            home = piece.home
            of = homes.get(home)
            if of is None:
                of = homes[home] = digest_of(home)
            part = of % parts
            if part in lists:
                lists[part].append(piece)
            else:
                lists[part] = [piece]
            key = piece.key
            if key:
                resources += 1
                self._keys.append(key)
                self._of_keys.append(of)
            elif isinstance(piece, Told) and not piece.entry and piece.severity == "error" and not digest.whole:
                digest.whole.append((here, piece))
        for part, pieces in lists.items():
            self._buckets[part].append((here, pieces))
        if found.shared:
            digest.shared.append((here, found.shared))
        digest.gone += [(here, gone) for gone in found.gone]
        digest.ties += found.ties
        digest.sought += dict.fromkeys(found.sought)
        digest.named += found.named
        digest.newest = max(digest.newest, found.newest)
        digest.resources += resources + len(found.shared) + sum(found.counts.values())
        self._counts += found.counts

    def write(self, path: Path) -> Digest:
        """Put it on disk, whole; raises UnwritableOutput where the disk takes no more."""
        digest, at = self.digest, 0
        digest.counts = [(kind, fate, number) for (kind, fate), number in self._counts.items()]
        partial = path.with_name(f".{path.name}")
        with telling(path), partial.open("wb") as file:
            for pieces in self._buckets:
                data = msgspec.msgpack.encode(pieces) if pieces else b""
                file.write(data)
                digest.extents.append((at, len(data)))
                at += len(data)
            pairs = np.column_stack([mixed(self._keys), np.array(self._of_keys, dtype=np.uint64)])
            file.write(pairs.tobytes())
            digest.keys = (at, len(pairs))
            file.flush()
            os.fsync(file.fileno())
        with telling(path):
            partial.replace(path)
        return digest


def pieces_of(path: Path, digest: Digest, part: int) -> Iterator[tuple[Source, list[AnyPiece]]]:
    """The pieces of one part, section by section."""
    offset, length = digest.extents[part]
    if not length:
        return
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    for here, pieces in _PIECES.decode(data):
        yield digest.sources[here], pieces


def keys_of(path: Path, digest: Digest) -> "np.ndarray[tuple[int, int], np.dtype[np.uint64]]":
    """A row for each key that came: 64 bits for the key and 64 for its home."""
    offset, number = digest.keys
    return np.fromfile(path, dtype=np.uint64, count=2 * number, offset=offset).reshape(-1, 2)


def mixed(keys: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """64 bits for each key, the same in every process."""
    if not keys:
        return np.zeros(0, dtype=np.uint64)
    short = [key if len(key) <= _WIDTH and key.isascii() else f"{digest_of(key):x}" for key in keys]
    words = np.array(short, dtype=f"S{_WIDTH}").view(np.uint64).reshape(len(short), -1)
    found = np.zeros(len(short), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in words.T:
            found = (found ^ column) * _PRIMES[0]
            found ^= found >> np.uint64(29)
            found *= _PRIMES[1]
            found ^= found >> np.uint64(32)
    return found


def lines_before(digests: Iterable[Digest]) -> dict[tuple[int, int], int]:
    """By file and place of a section, the lines of that file before it."""
    sources = sorted((source.file, source.place, source.lines) for digest in digests for source in digest.sources)
    found: dict[tuple[int, int], int] = {}
    before, last = 0, -1
    for file, place, lines in sources:
        before = before if file == last else 0
        found[file, place] = before
        before, last = before + lines, file
    return found
