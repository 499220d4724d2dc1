"""The days of a window from which a panel's values come, so that they belong to one visit."""

from collections.abc import Callable

from engine.select import Range, best_tier, inside
from engine.timeline import Layout, Timeline, number

Span = tuple[int, int]


def panel_span(layout: Layout, name: str) -> Callable[[Timeline], Span | None]:
    """The span of at most `max_spread` days nearest to the target that holds a value of each panel measure that has one.

    None where there is none. It is worked out once for each timeline.
    """
    spec, window = layout.pack.windows[name], layout.window(name)
    if not spec.panel or spec.max_spread is None:
        return lambda _: None
    measures = [layout.pack.measures.get(f"{base}@{name}") for base in spec.panel]
    concepts = [measure.spec.select.concept for measure in measures if measure is not None and measure.spec.select is not None]
    target, spread = number(spec.target or 0), number(spec.max_spread)

    def worked_out(timeline: Timeline) -> Span | None:
        days = timeline.windows[window]
        if days is None:
            return None
        aim = days.anchor.first + target
        by_measure = [found for concept in concepts if (found := _days_with(timeline, concept, days))]
        starts = set().union(*by_measure)
        if len(starts) == 1:
            (start,) = starts
            return start, start + spread
        best: tuple[int, int, int] | None = None
        for start in sorted(starts):
            near = [min(close) for found in by_measure
                    if (close := [(abs(day - aim), -day) for day in found if start <= day <= start + spread])]  # fmt: skip
            if len(near) == len(by_measure):
                rank = (sum([distance for distance, _ in near]), sum([later for _, later in near]), -start)
                best = rank if best is None or rank < best else best
        return None if best is None else (-best[2], -best[2] + spread)

    def span(timeline: Timeline) -> Span | None:
        if window not in timeline.spans:
            timeline.spans[window] = worked_out(timeline)
        return timeline.spans[window]

    return span


def _days_with(timeline: Timeline, concept: str, days: Range) -> set[int]:
    series = timeline.known.get(concept)
    if series is None:
        return set()
    found = inside(series, days)
    if series.days is None or not series.is_final:
        found = best_tier([fact for fact in found if fact.when and fact.when.is_day and not fact.fallback])
    return {fact.when.first for fact in found if fact.when}
