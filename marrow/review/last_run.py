"""Running all scenarios of a pack in several processes, and the last run, which is not repeated while nothing has changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marrow.output import UnwritableOutput, write_lines
from marrow.packs import pack_files, pack_folder
from marrow.progress import progress
from marrow.review.features import Case, Feature, FeatureFault
from marrow.review.rules_under_test import RulesUnderTest
from marrow.review.scenarios import ScenarioResult, run_case
from marrow.review.steps import installed_steps
from marrow.scenarios import feature_folder

CHECKOUT = Path(__file__).resolve().parents[2]
_CODE = ("engine", "fhir_adapter", "marrow", "tests/features")
_AT_ONCE = 12
"""Cases that a process takes at a time: those beside each other ask for the same settings."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of each case, by its place. why_not: why scenarios could not be run, where they were not."""

    failed_at: Mapping[str, str | None]
    why_not: str = ""

    @property
    def passed(self) -> int:
        return sum(failed is None for failed in self.failed_at.values())


def last_run(pack: str, features: Iterable[Feature], *, jobs: int = 0, quiet: bool = False, folder: Path | None = None) -> Run:
    """Every case of these features: from the last run if neither the pack, the features nor the program changed, else run now.

    jobs: processes, 0 for as many as there are processors. folder: where runs are kept; else in the checkout that the pack
    lies in. A run that is not possible here says why.
    """
    cases = [case for feature in features for scenario in feature.scenarios for case in scenario.cases]
    if not cases:
        return Run({}, "there are no scenarios for this pack")
    try:
        installed_steps()
    except FeatureFault as error:
        return Run({}, str(error))
    kept = _kept(pack, folder)
    found = None if kept is None else _read(kept, cases)
    if found is None:
        found = {each.place: each.failed_at for each in _run_all(pack, cases, jobs or os.cpu_count() or 1, quiet)}
        if kept is not None:
            _keep(kept, found)
    return Run(found)


def _run_all(pack: str, cases: list[Case], jobs: int, quiet: bool) -> Iterator[ScenarioResult]:
    with progress("running scenarios", len(cases), quiet) as step:
        if jobs <= 1:
            rules, steps = RulesUnderTest.of(pack), installed_steps()
            for case in cases:
                yield run_case(case, rules, steps)
                step()
            return
        with ProcessPoolExecutor(jobs) as pool:
            for result in pool.map(_one, [pack] * len(cases), cases, chunksize=_AT_ONCE):
                yield result
                step()


def _one(pack: str, case: Case) -> ScenarioResult:
    return run_case(case, _rules(pack), installed_steps())


@cache
def _rules(pack: str) -> RulesUnderTest:
    return RulesUnderTest.of(pack)


# --- what is kept ---


def _kept(pack: str, folder: Path | None) -> Path | None:
    """The file that keeps the last run of a pack."""
    home = pack_folder(pack).resolve()
    if folder is None:
        if not (CHECKOUT / "pyproject.toml").is_file() or not home.is_relative_to(CHECKOUT):
            return None
        folder = CHECKOUT / "build" / "review"
    return folder / f"{home.name}-{_key(pack)}.json"


def _key(pack: str) -> str:
    """A digest of everything that a run can depend on."""
    found = hashlib.sha256()
    folder = pack_folder(pack)
    texts: dict[str, bytes] = {name: text.encode() for name, text in pack_files(folder).items()}
    paths = [path for part in _CODE for path in (CHECKOUT / part).rglob("*") if path.suffix in (".py", ".yaml", ".csv", ".json")]
    features = feature_folder(folder)
    paths += [] if features is None else list(features.glob("*.feature"))
    texts |= {path.as_posix(): path.read_bytes() for path in paths if path.is_file()}
    for name in sorted(texts):
        for part in (name.encode(), texts[name]):
            found.update(len(part).to_bytes(8) + part)
    return found.hexdigest()[:32]


def _read(path: Path, cases: list[Case]) -> Mapping[str, str | None] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    whole = isinstance(found, dict) and set(found) == {case.place for case in cases}
    return found if whole else None


def _keep(path: Path, found: Mapping[str, str | None]) -> None:
    """For the next time; a checkout that cannot be written to runs them again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.json"):
            old.unlink(missing_ok=True)
        write_lines(path, [json.dumps(found, ensure_ascii=False).encode()])
    except (OSError, UnwritableOutput):
        return
