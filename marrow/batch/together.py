"""What has to stay together although it was sorted apart, and what belongs to nobody in particular."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from fhir_adapter.elements import CodeableConcept
from fhir_adapter.pieces import Gone
from fhir_adapter.read import Intake, Reader
from fhir_adapter.resources import Medication
from marrow.batch.job import Job
from marrow.batch.layout import digest_of
from marrow.batch.slices import Digest, Source, keys_of, lines_before, mixed

KEYS = 4_000_000
"""Keys that are compared at a time."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What is known when everything is sorted. slices: each with its path. bases: by file and section, the lines before it.

    tied: digests of the homes that hang together with others: they are evaluated in one part of their own, after the others.
    gone: deletions by part. medications: what each Medication names.
    """

    slices: tuple[tuple[Path, Digest], ...]
    bases: Mapping[tuple[int, int], int]
    tied: frozenset[int] = frozenset()
    gone: Mapping[int, list[tuple[Source, Gone]]] = field(default_factory=dict)
    medications: Mapping[str, CodeableConcept | None] = field(default_factory=dict)

    def parts(self, job: Job) -> range:
        """The parts of a run; one more where homes hang together."""
        return range(job.parts + bool(self.tied))


class Keys(Protocol):
    """All keys that came, with their homes; both as 64 bits."""

    def homes_of_shared(self) -> frozenset[int]:
        """The homes of keys that came in more than one."""

    def homes_of(self, keys: list[str]) -> dict[str, set[int]]:
        """The homes in which some keys came."""


class KeysOnDisk:
    """The keys of slices that lie on this machine."""

    def __init__(self, slices: Iterable[tuple[Path, Digest]]) -> None:
        self._slices = tuple(slices)

    def homes_of_shared(self) -> frozenset[int]:
        return shared_homes(self._slices)

    def homes_of(self, keys: list[str]) -> dict[str, set[int]]:
        return homes_of_deleted(self._slices, keys)


def tied_by_text(digests: Iterable[Digest]) -> set[int]:
    """The digests of the homes between which there is a fullUrl that is sought elsewhere, or a link."""
    each = tuple(digests)
    tied = {digest_of(home) for digest in each for tie in digest.ties for home in tie if tie[0] != tie[1]}
    sought: dict[str, set[str]] = {}
    for digest in each:
        for text, home in digest.sought:
            sought.setdefault(text, set()).add(home)
    named: dict[str, set[str]] = {text: set() for text in sought}
    for digest in each:
        for text, home in digest.named:
            if text in named:
                named[text].add(home)
    for text, homes in sought.items():
        if named[text] and len(homes | named[text]) > 1:
            tied |= {digest_of(home) for home in homes | named[text]}
    return tied


def shared_homes(slices: Iterable[tuple[Path, Digest]]) -> frozenset[int]:
    """The digests of the homes that share a key."""
    tied = set[int]()
    for pairs in _buckets(tuple(slices)):
        ordered = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        same_key = ordered[1:, 0] == ordered[:-1, 0]
        apart = ordered[1:, 1] != ordered[:-1, 1]
        places = np.flatnonzero(same_key & apart)
        tied.update(ordered[places, 1].tolist())
        tied.update(ordered[places + 1, 1].tolist())
    return frozenset(tied)


def homes_of_deleted(slices: Iterable[tuple[Path, Digest]], keys: list[str]) -> dict[str, set[int]]:
    """The digests of the homes in which resources that were deleted came."""
    found: dict[str, set[int]] = {key: set() for key in keys}
    if not keys:
        return found
    by_digest = dict(zip(mixed(keys).tolist(), keys, strict=True))
    wanted = np.array(sorted(by_digest), dtype=np.uint64)
    for path, digest in slices:
        pairs = keys_of(path, digest)
        for key, home in pairs[np.isin(pairs[:, 0], wanted)].tolist():
            found[by_digest[key]].add(home)
    return found


def settled(job: Job, digests: Sequence[Sequence[Digest]], keys: Keys | None = None) -> tuple[Whole, Intake]:
    """What the parts need to know, and what the Medications themselves came to.

    digests: of the slices of each stretch. keys: where they are not in the slices on this machine.
    """
    each = tuple(
        (job.slice_path(stretch, block), digest) for stretch, blocks in enumerate(digests) for block, digest in enumerate(blocks)
    )
    bases = lines_before(digest for _, digest in each)
    keys = keys or KeysOnDisk(each)
    tied = frozenset(tied_by_text(digest for _, digest in each) | keys.homes_of_shared())
    reader = Reader(job.vocabulary, release=job.release)
    deleted: list[tuple[Source, Gone]] = []
    for _, digest in each:
        for here, pieces in digest.shared:
            source = digest.sources[here]
            reader.take(pieces, job.inputs[source.file].name, bases[source.file, source.place])
        for here, gone in digest.gone:
            source = digest.sources[here]
            if gone.key.startswith(f"{Medication.__name__}/"):
                reader.take([gone], job.inputs[source.file].name, bases[source.file, source.place])
            else:
                deleted.append((source, gone))
    homes = keys.homes_of(list(dict.fromkeys(gone.key for _, gone in deleted)))
    by_part: dict[int, list[tuple[Source, Gone]]] = {}
    for source, gone in deleted:
        of = homes[gone.key] or {digest_of(gone.key)}
        for part in {job.parts if home in tied else home % job.parts for home in of}:
            by_part.setdefault(part, []).append((source, gone))
    intake = reader.finish()
    return Whole(each, bases, tied, by_part, reader.medications), intake


def _buckets(slices: tuple[tuple[Path, Digest], ...]) -> Iterable["np.ndarray[tuple[int, int], np.dtype[np.uint64]]"]:
    """All keys, so many at a time that each is among its likes."""
    total = sum(digest.keys[1] for _, digest in slices)
    bits = max(0, (total // KEYS).bit_length())
    for bucket in range(2**bits):
        found = []
        for path, digest in slices:
            pairs = keys_of(path, digest)
            found.append(pairs[pairs[:, 0] >> np.uint64(64 - bits) == bucket] if bits else pairs)
        if found:
            yield np.concatenate(found)
