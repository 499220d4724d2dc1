"""A Dockerfile as stages of instructions: as much of the language as ours uses, anything else is refused."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

WORDS = {
    "ARG", "FROM", "LABEL", "ENV", "WORKDIR", "USER", "COPY", "RUN", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
    "ENTRYPOINT", "CMD",
}  # fmt: skip
_FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: flags are those before its arguments, text is all after them."""

    line: int
    word: str
    flags: Mapping[str, str]
    text: str

    @property
    def exec_form(self) -> tuple[str, ...] | None:
        """The words of a JSON array; None in the shell form."""
        text = self.text.removeprefix("CMD ") if self.word == "HEALTHCHECK" else self.text
        return tuple(json.loads(text)) if text.startswith("[") else None

    @property
    def words(self) -> tuple[str, ...]:
        return self.exec_form or tuple(shlex.split(self.text))

    @property
    def pairs(self) -> dict[str, str]:
        """Of ENV, LABEL or ARG: the values by their names; of an ARG without a value, nothing."""
        return {name: value for name, sign, value in (word.partition("=") for word in self.words) if sign}


@dataclass(frozen=True, slots=True)
class Stage:
    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        return [one for one in self.instructions if one.word == word]

    def last(self, word: str) -> Instruction:
        return self.all(word)[-1]


def expanded(text: str, values: Mapping[str, str]) -> str:
    """A text with its `$NAME` and `${NAME}`; raises KeyError for one that is not set."""
    return _VARIABLE.sub(lambda found: values[found[1] or found[2]], text)


def instructions(text: str) -> list[Instruction]:
    """The instructions of a file; raises ValueError at a line that this reader does not know."""
    found, begun, start = [], "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if begun else number
        begun += line.strip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            found.append(_instruction(start, begun))
            begun = ""
    if begun:
        raise ValueError(f"line {start}: the file ends inside an instruction")
    return found


def stages(path: Path) -> list[Stage]:
    """The stages of a file, with the bases that the ARGs before them name."""
    found = instructions(path.read_text(encoding="utf-8"))
    first = next(index for index, one in enumerate(found) if one.word == "FROM")
    given = {name: value for one in found[:first] for name, value in one.pairs.items()}
    begins = [index for index, one in enumerate(found) if one.word == "FROM"] + [len(found)]
    return [_stage(found[begin:end], given) for begin, end in pairwise(begins)]


def _stage(found: list[Instruction], given: Mapping[str, str]) -> Stage:
    base, _, name = expanded(found[0].text, given).partition(" AS ")
    return Stage(base, name, tuple(found[1:]))


def _instruction(line: int, text: str) -> Instruction:
    word, _, rest = text.partition(" ")
    if word not in WORDS or "<<" in rest:
        raise ValueError(f"line {line}: {word} is not known to this reader")
    rest, flags = rest.strip(), {}
    while found := _FLAG.match(rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(line, word, flags, rest)
