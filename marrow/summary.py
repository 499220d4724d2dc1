"""What a run came to, as text for a terminal."""

from marrow.report.files import REPORT
from marrow.report.reproduction import tally
from marrow.run import RunOutcome


def summary(outcome: RunOutcome) -> str:
    """The conclusions by outcome, what was wrong by reason, and on the last line what became of the resources."""
    width = max((len(name) for name in outcome.conclusions), default=0)
    lines = [f"{outcome.patients} patients, {outcome.conditions} Conditions; results in {outcome.out}"]
    for name, counts in outcome.conclusions.items():
        lines.append(f"  {name:{width}}  {', '.join(f'{each} {number}' for each, number in sorted(counts.items()))}")
    lines += [f"  {number} {code}: {message}" for code, message, number in outcome.reasons]
    return "\n".join([*lines, *_compared(outcome), f"report: {outcome.out / REPORT}", last_line(outcome)])


def _compared(outcome: RunOutcome) -> list[str]:
    if not outcome.reproduction:
        return []
    equal, different, _ = tally(outcome.reproduction)
    return [f"{equal} of {equal + different} numbers of the source are equal"]


def last_line(outcome: RunOutcome) -> str:
    """What became of the resources, and how many items were rejected."""
    fates = ", ".join(f"{number} {fate}" for fate, number in sorted(outcome.resources.items()))
    where = f" (see {outcome.out / 'issues.ndjson'})" if outcome.issues else ""
    return f"resources: {fates or 'none'}; issues: {outcome.issues}{where}"
