"""`python -m tests.chaos.run`: storms over SQLite and PostgreSQL, longer than a test may last, and what was seen in figures."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.chaos.storm import Plan, Report, storm

_SHOWN = 40


def main(arguments: list[str] | None = None) -> int:
    """Run one storm for each database; 1 where something was not right."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.run", description="Kill Marrow at random while a hospital works."
    )
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql", "both"), default="both", help="default: one after the other"
    )
    parser.add_argument("--kills", type=int, default=100, help="for each database (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="of what happens and what befalls it (default: 1); not of its timing")
    parser.add_argument("--minutes", type=float, default=30, help="for each database, at most (default: 30)")
    parser.add_argument("--children", type=int, default=25, help="in the hospital at the same time (default: 25)")
    parser.add_argument("--rate", type=float, default=12, help="changes a second in the hospital (default: 12)")
    parser.add_argument("--folder", type=Path, help="where logs are kept (default: a temporary folder)")
    asked = parser.parse_args(arguments)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="marrow-chaos-"))
    wrong = 0
    for database in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        place = folder / database
        place.mkdir(parents=True, exist_ok=True)
        services = 1 if database == "sqlite" else 2
        plan = Plan(database, asked.kills, asked.seed, asked.minutes, asked.children, asked.rate, services)
        sys.stdout.write(f"{database}: {plan.kills} kills, seed {plan.seed}, logs in {place}\n")
        report = storm(plan, place, _teller())
        sys.stdout.write("\n".join(summary(report)) + "\n\n")
        wrong += len(report.findings) + (report.killed.total() < plan.kills)
    return 1 if wrong else 0


def summary(report: Report) -> Iterator[str]:
    """What was seen, a line for each."""
    same, looked_at = report.explained
    plan, said = report.plan, report.written
    yield f"  killed              {report.killed.total()} of {plan.kills} times in {report.stormy:.0f} s: {_told(report.killed)}"
    yield f"  the hospital wrote  {report.wrote.total()} times: {_told(report.wrote)}"
    yield f"  troubles            {report.met.total()}: {_told(report.met)}"
    yield f"  notifications       {_told(report.notices)}"
    yield f"  asked by Marrow     {report.requests} requests"
    yield f"  statements          {said.versions} versions written, {said.again} of them again without a change"
    yield f"  looked at closely   {same} of {looked_at} versions are what a batch states of one of the last moments before"
    yield f"  in the end          {report.resources} resources of {report.patients} patients, {report.standing} statements"
    yield f"  until it was done   {report.settled:.0f} s"
    if not report.findings:
        yield "  all is as a batch evaluation has it; none missing, none twice, none stale"
        return
    yield f"  NOT RIGHT           {len(report.findings)} findings; again with --database {plan.database} --seed {plan.seed}"
    yield from (f"    {each}" for each in report.findings[:_SHOWN])


def _told(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(numbers.items(), key=lambda each: -each[1])) or "none"


def _teller() -> Callable[[str], None]:
    """A line that is written over on a terminal; in a pipe every tenth of them."""
    told = 0

    def tell(what: str) -> None:
        nonlocal told
        told += 1
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K  {what}")
            sys.stdout.write("" if "killed" in what else "\n")
        elif "killed" not in what or told % 10 == 0:
            sys.stdout.write(f"  {what}\n")
        sys.stdout.flush()

    return tell


if __name__ == "__main__":
    sys.exit(main())
