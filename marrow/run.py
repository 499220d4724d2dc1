"""One run over files: read everything, evaluate every patient, write the results whole."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

import click
import msgspec

from engine.pack.program import Pack
from fhir_adapter.codes import Vocabulary
from fhir_adapter.issue import Issue
from fhir_adapter.read import Intake, Reader
from fhir_adapter.releases import Release
from marrow.evaluation import EvaluatorName, Job, evaluate_all
from marrow.inputs import Input, UnreadableInput, find_inputs
from marrow.lines import conclusion_line, encode
from marrow.output import output_folder, write_lines
from marrow.packs import load_pack

LONG_AGO = date(1, 1, 1).toordinal()
"""The day of evaluation where nothing in the input has a date."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for."""

    inputs: tuple[str, ...]
    out: Path
    pack: str = "lan_2021"
    cutoff: date | None = None
    as_of: date | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    release: str | None = None
    evaluator: str = "plain"
    validation: str | None = None
    jobs: int = 1
    quiet: bool = False


@dataclass(slots=True)
class RunOutcome:
    """What a run came to, for the summary."""

    out: Path
    patients: int = 0
    conditions: int = 0
    issues: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)

    def summary(self) -> str:
        """The conclusions by outcome, and on the last line what was rejected."""
        width = max((len(name) for name in self.outcomes), default=0)
        lines = [f"  {name:{width}}  {', '.join(f'{o} {n}' for o, n in sorted(c.items()))}" for name, c in self.outcomes.items()]
        read = ", ".join(f"{number} {fate}" for fate, number in sorted(self.resources.items()))
        return "\n".join(
            [
                f"{self.patients} patients, {self.conditions} Conditions; results in {self.out}",
                *lines,
                f"resources: {read or 'none'}; issues: {self.issues}{' (see issues.ndjson)' if self.issues else ''}",
            ]
        )


def run(options: Options) -> RunOutcome:
    """Evaluate and write. Raises the caller's faults (ValueErrors of this project); what is wrong inside the data becomes issues."""
    pack = load_pack(options.pack, options.settings)
    inputs = find_inputs(options.inputs)
    out = output_folder(str(options.out))
    intake, bundles = _read(pack, inputs, options)
    as_of = day_of_evaluation(options, intake)
    outcome = RunOutcome(out, len(intake.records), issues=len(intake.issues))
    for (_, fate), number in intake.counts.items():
        outcome.resources[fate] += number
    emitted: list[dict[str, Any]] = []
    job = Job(pack, cast(EvaluatorName, options.evaluator), as_of)
    with progress("evaluating", len(intake.records), options.quiet) as step:
        write_lines(out / "conclusions.ndjson", _evaluate(pack, job, intake, options, outcome, emitted, step))
    _emit(pack, intake, emitted, bundles, out, outcome)
    write_lines(out / "issues.ndjson", (each.line().encode() for each in intake.issues))
    return outcome


def day_of_evaluation(options: Options, intake: Intake) -> int:
    """The day asked for, the cut-off where it is earlier, else the newest date in the data: never the wall clock."""
    asked = [day.toordinal() for day in (options.as_of, options.cutoff) if day is not None]
    return min(asked) if asked else intake.newest_day or LONG_AGO


def _read(pack: Pack, inputs: list[Input], options: Options) -> tuple[Intake, bool]:
    lines_only = all(each.is_ndjson for each in inputs)
    validation = options.validation or ("fast" if lines_only else "strict")
    release = cast(Release | None, options.release)
    reader = Reader(Vocabulary.of(pack.concepts, pack.systems), validation=validation, release=release)  # type: ignore[arg-type]
    unreadable: list[Issue] = []
    with progress("reading", len(inputs), options.quiet) as step:
        for each in inputs:
            try:
                reader.read(each.read(), each.name, ndjson=each.is_ndjson)
            except UnreadableInput:
                if each.named:
                    raise
                unreadable.append(Issue(each.name, "", "unreadable", "error", "this file cannot be opened or unpacked; copy it again"))
            step()
    intake = reader.finish()
    if not intake.records and not intake.counts and intake.issues:
        first = intake.issues[0]
        raise UnreadableInput(f"{first.source}: {first.message}")
    return msgspec.structs.replace(intake) if False else _with(intake, unreadable), not lines_only


def _with(intake: Intake, unreadable: list[Issue]) -> Intake:
    from dataclasses import replace

    return replace(intake, issues=(*unreadable, *intake.issues)) if unreadable else intake


def _evaluate(
    pack: Pack, job: Job, intake: Intake, options: Options, outcome: RunOutcome, emitted: list[dict[str, Any]], step: Callable[[], None]
) -> Iterator[bytes]:
    from fhir_adapter.write import write

    for evaluated in evaluate_all(job, intake.records, options.jobs, step):
        emitted += write(pack, evaluated, intake.release_of(evaluated.patient))
        for conclusion in evaluated.conclusions:
            outcome.outcomes.setdefault(conclusion.name, Counter())[conclusion.outcome] += 1
            yield encode(conclusion_line(pack, evaluated, conclusion))


def _emit(
    pack: Pack, intake: Intake, emitted: list[dict[str, Any]], bundles: bool, out: Path, outcome: RunOutcome
) -> None:
    outcome.conditions = write_lines(out / "conditions.ndjson", (encode(each) for each in emitted if each["resourceType"] == "Condition"))


@contextmanager
def progress(label: str, length: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty() or length < 2:
        yield lambda: None
        return
    bar = cast(AbstractContextManager[Any], click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True))
    with bar as shown:
        yield lambda: shown.update(1)
