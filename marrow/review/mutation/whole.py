"""All mistakes of a pack tried: the figures, the survivors, and what of them is explained."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic

from engine.pack.load import read
from marrow.packs import pack_files, pack_folder
from marrow.progress import progress
from marrow.review.features import FeatureFault
from marrow.review.mutants import Mutant
from marrow.review.mutation.change import Mistake
from marrow.review.mutation.generate import mistakes
from marrow.review.mutation.record import keep, kept
from marrow.review.mutation.run import Trial, Verdict, tried
from marrow.review.mutation.survivors import explained, wrongly_explained
from marrow.review.mutation.watched import Watching, watched
from marrow.review.scenarios import cases_of, features_of
from marrow.review.steps import installed_steps


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of all mistakes. because: why nothing notices some, by id; wrong: what is explained and should not be."""

    verdicts: tuple[Verdict, ...]
    because: dict[str, str]
    wrong: tuple[str, ...]
    seconds: float

    @property
    def valid(self) -> list[Verdict]:
        """Those that make a pack that loads."""
        return [verdict for verdict in self.verdicts if verdict.is_valid]

    @property
    def unexplained(self) -> list[Verdict]:
        return [one for one in self.valid if one.noticed_by is None and one.mistake.id not in self.because]

    @property
    def holds(self) -> bool:
        """Whether every mistake is noticed or explained, and every explanation needed."""
        return not self.unexplained and not self.wrong

    @property
    def mutants(self) -> tuple[Mutant, ...]:
        return tuple(
            Mutant(one.mistake.id, one.mistake.rule, one.mistake.what, one.noticed_by, self.because.get(one.mistake.id))
            for one in self.valid
        )

    def kinds(self) -> Iterator[tuple[str, int, int, int]]:
        """For each kind of mistake: how many there are, how many are noticed, how many of the others are explained."""
        every = Counter(one.mistake.kind for one in self.valid)
        noticed = Counter(one.mistake.kind for one in self.valid if one.noticed_by is not None)
        told = Counter(one.mistake.kind for one in self.valid if one.noticed_by is None and one.mistake.id in self.because)
        for kind, number in sorted(every.items()):
            yield kind, number, noticed[kind], told[kind]


def mutate(pack: str, *, jobs: int = 0, quiet: bool = False, write: bool = True) -> Mutation:
    """Try every mistake of a pack by name or folder, and keep what became of each beside the pack.

    jobs: processes, 0 for as many as there are processors. Raises PackError, FeatureFault, BrokenScenario.
    """
    began = monotonic()
    trial = trial_of(pack, quiet=quiet)
    because = dict(explained(pack_folder(pack)))
    every = mistakes(trial.reading)
    with progress("trying mistakes", len(every), quiet) as step:
        verdicts = tuple(tried(trial, every, jobs or os.cpu_count() or 1, step))
    if write:
        keep(pack, verdicts)
    return Mutation(verdicts, because, tuple(wrongly_explained(because, verdicts)), monotonic() - began)


def trial_of(pack: str, only: Iterable[str] | None = None, *, quiet: bool = True) -> Trial:
    """What mistakes of a pack are tried with, after its scenarios were run once on the pack as it is.

    only: places of the cases that are wanted, all where nothing is said. Raises FeatureFault, BrokenScenario.
    """
    reading = read(pack_files(pack_folder(pack)))
    features = features_of(pack)
    if not features:
        raise FeatureFault(f"{pack} has no scenarios that could notice a mistake")
    rules, steps = Watching(reading), installed_steps()
    wanted = None if only is None else frozenset(only)
    number = len(cases_of(features)) if wanted is None else len(wanted)
    with progress("running scenarios", number, quiet) as step:
        seen = watched(features, rules, steps, step, wanted)
    known = {name: place for name, place in kept(pack).items() if place is not None}
    return Trial(reading, seen, rules.intakes, steps, known)


def lines(found: Mutation) -> Iterator[str]:
    """The figures as people read them, every survivor that nobody explained, and what is wrong in the explanations."""
    total, noticed = len(found.valid), sum(one.noticed_by is not None for one in found.valid)
    told = total - noticed - len(found.unexplained)
    yield f"mistakes tried: {total}; noticed: {noticed}; explained: {told}; neither: {len(found.unexplained)}"
    for kind, number, seen, because in found.kinds():
        yield f"  {kind}: {number}, noticed {seen}{f', explained {because}' if because else ''}"
    for one in found.unexplained:
        yield f"survives: {one.mistake.id}"
    yield from found.wrong


__all__ = ["Mistake", "Mutation", "lines", "mutate", "trial_of"]
