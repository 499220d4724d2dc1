"""Who was screened, who stopped where and why, and who is in the analysis."""

from collections.abc import Sequence

from engine.cohort.results import FlowStep, Group, LeftOut, Results
from marrow.report.blocks import Block, Box, Flow, Points
from marrow.report.words import capital, counted, group_label, group_of, number_of

_STOPPED = ("ineligible", "undetermined")
"""Steps that patients do not go on from."""


def flow_blocks(results: Results) -> tuple[Block, ...]:
    """The flow from top to bottom, then who was left out for a reason that the flow does not have."""
    steps = _side_first(results.flow)
    flow = Flow(
        caption="Patients from screening to analysis.",
        boxes=tuple(_box(step, results.groups) for step in steps),
        explained="A patient can have several reasons." if any(len(step.reasons) > 1 for step in steps) else "",
    )
    told = {reason.name for step in steps for reason in step.reasons}
    left = _left_out("the analysis", results.left_out, results.groups, told)
    for endpoint in results.endpoints:
        left += _left_out(endpoint.name, endpoint.left_out, results.groups, told)
    return (*((flow,) if steps else ()), *((Points(left),) if left else ()))


def _beside(step: FlowStep) -> bool:
    """Whether patients left the stream here; a step of groups with reasons tells who did not come so far."""
    return step.name in _STOPPED or bool(step.reasons and not step.groups)


def _side_first(steps: Sequence[FlowStep]) -> list[FlowStep]:
    """Steps in order, but those that left the stream before the step that they did not reach, as flow diagrams have it."""
    ordered: list[FlowStep] = []
    before = 0
    for step in steps:
        if _beside(step):
            ordered.insert(before, step)
            before += 1
        else:
            ordered.append(step)
            before = max(len(ordered) - 1, 1)
    return ordered


def _box(step: FlowStep, groups: Sequence[Group]) -> Box:
    split = zip(groups, step.groups, strict=True) if len(step.groups) > 1 else ()
    return Box(
        label=capital(step.label),
        patients=counted(step.patients),
        beside=_beside(step),
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
