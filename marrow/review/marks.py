"""What reviewers say of rules: agreed, questioned or wrong, signed for the rule as it was, in review.json beside the pack."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

FILE = "review.json"
LARGEST, MOST = 20_000_000, 100_000
"""Bytes of the file, and marks in it."""
Verdict = Literal["agreed", "questioned", "wrong"]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ReviewFault(ValueError):
    """The file of marks is not what it should be; says what, where and what to do."""


class Mark(BaseModel):
    """What one reviewer says of one rule. digest: of the rule as the reviewer saw it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: _Line
    digest: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    mark: Verdict
    comment: Annotated[str, StringConstraints(max_length=4000)] = ""
    name: _Line
    role: _Line
    date: date


class Review(BaseModel):
    """The file: the pack that was reviewed, the version that it had then, and all marks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pack: str
    version: str
    marks: list[Mark] = Field(default=[], max_length=MOST)


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark and whether it still holds: void where the rule is no longer what was signed."""

    mark: Mark
    void: bool

    @property
    def word(self) -> str:
        return "void" if self.void else self.mark.mark


def read_review(folder: Path, pack: str) -> Review | None:
    """The marks beside a pack; None where nobody has reviewed it. Raises ReviewFault."""
    path = folder / FILE
    if not path.is_file():
        return None
    if path.stat().st_size > LARGEST:
        raise ReviewFault(f"{path}: larger than {LARGEST // 1_000_000} MB; expected the file that the review page saves")
    return review_of(path.read_bytes(), str(path), pack)


def review_of(data: bytes, name: str, pack: str) -> Review:
    """The marks of a file's bytes. Raises ReviewFault."""
    try:
        found = Review.model_validate(json.loads(data))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ReviewFault(f"{name}: not JSON; save the marks again from the review page") from error
    except ValidationError as error:
        raise ReviewFault("\n".join(f"{name}: {_fault(each)}" for each in error.errors(include_input=False))) from None
    if found.pack != pack:
        raise ReviewFault(f"{name}: marks of another pack; expected those of {pack}")
    return found


def _fault(error: Any) -> str:
    """Place and reason; a name that nobody gave but the sender is not repeated."""
    known = {*Review.model_fields, *Mark.model_fields}
    place = [str(part) if isinstance(part, int) or part in known else "an unknown element" for part in error["loc"]]
    return f"{'.'.join(place) or 'the file'}: {error['msg']}"


def standings(marks: Iterable[Mark], digests: Mapping[str, str]) -> dict[str, tuple[Standing, ...]]:
    """By rule, the last mark of each reviewer. digests: of the rules as they are; marks of rules that are gone are left out."""
    last: dict[tuple[str, str], Mark] = {}
    for mark in marks:
        last.pop((mark.rule, mark.name), None)
        last[mark.rule, mark.name] = mark
    found: dict[str, list[Standing]] = {}
    for mark in last.values():
        if mark.rule in digests:
            found.setdefault(mark.rule, []).append(Standing(mark, mark.digest != digests[mark.rule]))
    return {rule: tuple(each) for rule, each in found.items()}


def verdict(given: Iterable[Standing]) -> str:
    """What all marks of a rule come to: one that stands and objects goes before agreement, agreement before a void signature."""
    words = {standing.word for standing in given}
    return next((word for word in ("wrong", "questioned", "agreed", "void") if word in words), "open")
