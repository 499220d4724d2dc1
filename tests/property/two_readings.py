"""Reading as a run does it, and reading everything in full: without a look at what may be passed over, remembering nothing."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from msgspec.structs import asdict, replace

from engine.evaluate.plain import Plain
from engine.evaluation import Evaluation
from engine.pack.program import Pack
from engine.record import Fact
from fhir_adapter.codes import Vocabulary
from fhir_adapter.pieces import AnyPiece, Gone, Kept, Named, Passed, Told
from fhir_adapter.read import Intake, Reader
from marrow.lines import Lines
from marrow.packs import load_pack

AS_OF = 737_000


@cache
def pack() -> Pack:
    return load_pack("lan_2021")


@cache
def evaluation() -> Evaluation:
    return Evaluation(pack(), Plain(pack()))


@cache
def _lines() -> Lines:
    return Lines(pack())


def vocabulary() -> Vocabulary:
    """One that remembers nothing yet."""
    return Vocabulary.of(pack().concepts, pack().systems)


class InFull(Reader):
    """Reads everything in full: nothing is looked at only, and nothing is remembered."""

    def __init__(self, known: Vocabulary) -> None:
        super().__init__(known, validation="fast")
        self._alike = lambda *_: None

    def take(self, pieces: Iterable[AnyPiece], name: str, base: int = 0) -> None:
        """What is read strictly goes without a look; only that is asked for, not the validation."""
        each = [replace(piece, validation="fast") if isinstance(piece, Kept) else piece for piece in pieces]
        assert {type(piece) for piece in each} <= {Kept, Gone, Named, Told}
        super().take(each, name, base)


class Passing(Reader):
    """Reads as a run does, and remembers what was passed over."""

    def __init__(self, known: Vocabulary) -> None:
        super().__init__(known, validation="fast")
        self.passed: list[Passed] = []

    def take(self, pieces: Iterable[AnyPiece], name: str, base: int = 0) -> None:
        each = list(pieces)
        self.passed += [piece for piece in each if isinstance(piece, Passed)]
        super().take(each, name, base)


def fast(known: Vocabulary, data: bytes, *, ndjson: bool = True) -> Intake:
    """What a run comes to."""
    reader = Reader(known, validation="fast")
    reader.read(data, "file", ndjson=ndjson)
    return reader.finish()


def full(known: Vocabulary, data: bytes, *, ndjson: bool = True) -> Intake:
    """What the full reading comes to."""
    reader = InFull(known)
    reader.read(data, "file", ndjson=ndjson, validation="strict")
    return reader.finish()


def passed(known: Vocabulary, data: bytes, *, ndjson: bool = True) -> list[Passed]:
    """What a run passes over."""
    reader = Passing(known)
    reader.read(data, "file", ndjson=ndjson)
    return reader.passed


def told(intake: Intake) -> dict[str, Any]:
    """All that a reading comes to, down to how a number was written, and the lines that are concluded of it."""
    return {
        "facts": [(record.patient, *(_spelt_out(fact) for fact in record.facts)) for record in intake.records],
        "lines": conclusions(intake),
        "issues": sorted(issue.line() for issue in intake.issues),
        "counts": dict(intake.counts),
        "skipped": intake.skipped,
        "newest": intake.newest_day,
        "own": dict(intake.own),
        "releases": (intake.release, dict(intake.releases)),
    }


def _spelt_out(fact: Fact) -> str:
    return repr({name: sorted(part) if isinstance(part, frozenset) else part for name, part in asdict(fact).items()})


def conclusions(intake: Intake) -> list[bytes]:
    """The lines of conclusions.ndjson."""
    return [line for record in intake.records for line in _lines()(evaluation()(record, AS_OF))]


def joined(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
