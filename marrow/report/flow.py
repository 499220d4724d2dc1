"""Who was screened, who stopped where and why, and who is in the analysis."""

from collections.abc import Sequence

from engine.cohort.results import FlowStep, Group, LeftOut, Results
from marrow.report.blocks import Block, Box, Flow, Points
from marrow.report.words import capital, counted, group_label, group_of, number_of


def flow_blocks(results: Results) -> tuple[Block, ...]:
    """The flow from top to bottom, then who was left out for a reason that the flow does not have."""
    steps = results.flow
    flow = Flow(
        caption="Patients from screening to analysis.",
        boxes=tuple(_box(step, results.groups) for step in steps if step.part != "of"),
        of_them=tuple(_box(step, results.groups) for step in steps if step.part == "of"),
        explained="A patient can have several reasons." if any(len(step.reasons) > 1 for step in steps) else "",
    )
    told = {reason.name for step in steps for reason in step.reasons}
    left = _left_out("the analysis", results.left_out, results.groups, told)
    for endpoint in results.endpoints:
        left += _left_out(endpoint.name, endpoint.left_out, results.groups, told)
    return (*((flow,) if steps else ()), *((Points(left),) if left else ()))


def _box(step: FlowStep, groups: Sequence[Group]) -> Box:
    split = zip(groups, step.groups, strict=True) if len(step.groups) > 1 else ()
    return Box(
        label=capital(step.label),
        patients=counted(step.patients),
        beside=step.part == "beside",
        groups=tuple((group_label(group), counted(number)) for group, number in split),
        reasons=tuple((capital(reason.label), counted(reason.patients)) for reason in step.reasons),
    )


def _left_out(what: str, left_out: Sequence[LeftOut], groups: Sequence[Group], told: set[str]) -> tuple[str, ...]:
    """One sentence for each reason why patients are not in an analysis."""
    return tuple(
        f"Left out of {what}{'' if one.group is None else f', {group_of(groups, one.group)}'}: "
        f"{number_of(one.patients, 'patient')} ({one.reason})."
        for one in left_out
        if one.patients and one.reason not in told
    )
