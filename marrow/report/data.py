"""The results as data for other programs: survival.json, survival.csv and tables.json."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from io import StringIO
from typing import Any

from engine.cohort.estimates import AtTime, Comparison, Curve, FollowUp, Incidence, Step, Survival
from engine.cohort.results import CategoricalRow, ContinuousRow, CountRow, Endpoint, LeftOut, RepeatedRow, ResponseRow, Results
from engine.pack.program import Pack

CSV_COLUMNS = (
    "endpoint", "group", "days", "at_risk", "events", "censored", "survival", "standard_error", "ci_low", "ci_high",
)  # fmt: skip
_ESTIMATED = tuple(field.name for field in fields(Survival))
Json = dict[str, Any]


def survival_json(pack: Pack, results: Results) -> Json:
    """The endpoints by group, their comparison, and how long patients were followed; null where there is no number."""
    labels = {group.name: group.label for group in results.groups}
    return {
        "pack": pack.name,
        "pack_version": pack.version,
        "cutoff": results.as_of,
        "endpoints": [_endpoint(endpoint, labels) for endpoint in results.endpoints],
        "follow_up": _follow_up(results.follow_up),
        "left_out": _left_out(results.left_out),
    }


def survival_csv(results: Results) -> str:
    """The rows of every curve; an empty field where there is no number."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    for endpoint in results.endpoints:
        for curve in endpoint.curves:
            for step in curve.steps:
                rows.writerow([endpoint.name, curve.group, *_step(step).values()])
    return text.getvalue()


def tables_json(pack: Pack, results: Results) -> Json:
    """The tables by group: baseline, adverse events, response, repeated measures, long-term outcomes, and the flow."""
    names = [group.name for group in results.groups]
    return {
        "pack": pack.name,
        "pack_version": pack.version,
        "cutoff": results.as_of,
        "groups": [asdict(group) for group in results.groups],
        "baseline": [_baseline(row, names) for row in results.baseline],
        "adverse_events": [
            {"event": row.name, "groups": {
                name: {"n": n, **dict(zip(row.bands, counts, strict=True)), "grade_unknown": unknown}
                for name, n, counts, unknown in zip(names, row.n, row.counts, row.unknown, strict=True)
            }}
            for row in results.adverse_events
        ],
        "response": [_response(row, names) for row in results.response],
        "repeated_measures": [_repeated(row, names) for row in results.repeated],
        "long_term": [
            {"outcome": row.name, "label": row.label, "groups": {name: _line(row, at) for at, name in enumerate(names)}}
            for row in results.long_term
        ],
        "flow": [
            {"step": step.name, "label": step.label, "patients": step.patients,
             "groups": dict(zip(names, step.groups, strict=False)), "reasons": [asdict(reason) for reason in step.reasons]}
            for step in results.flow
        ],
        "left_out": _left_out(results.left_out),
    }  # fmt: skip


def _left_out(left_out: Iterable[LeftOut]) -> list[Json]:
    return [asdict(one) for one in left_out]


# --- survival --------------------------------------------------------------------------------------------------------


def _endpoint(endpoint: Endpoint, labels: Mapping[str, str]) -> Json:
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "groups": [{"name": curve.group, "label": labels[curve.group]} | _curve(curve) for curve in endpoint.curves],
        "comparison": _comparison(endpoint.comparison),
        "cumulative_incidence": [_incidence(one) for one in endpoint.incidences],
        "left_out": _left_out(endpoint.left_out),
    }


def _curve(curve: Curve) -> Json:
    return {
        "n": curve.n,
        "events": curve.events,
        "censored": curve.censored,
        "median_months": curve.median_months,
        "at": [_at(one) for one in curve.at],
        "curve": [_step(step) for step in curve.steps],
    }


def _at(one: AtTime) -> Json:
    return {"months": _plain(one.months), **_survival(one.estimate), "at_risk": one.at_risk}


def _step(step: Step) -> Json:
    return {
        "days": step.days, "at_risk": step.at_risk, "events": step.events, "censored": step.censored,
        **_survival(step.estimate),
    }  # fmt: skip


def _survival(one: Survival | None) -> Json:
    """The estimate with its error and interval; null for each where there is none."""
    return {name: None if one is None else getattr(one, name) for name in _ESTIMATED}


def _incidence(one: Incidence) -> Json:
    return {
        "event": one.event,
        "label": one.label,
        "group": one.group,
        "events": one.events,
        "at": [{"months": _plain(months), "incidence": number, "at_risk": at_risk} for months, at_risk, number in one.at],
        "curve": [{"days": days, "incidence": number} for days, number in one.steps],
    }


def _comparison(comparison: Comparison) -> Json:
    return {
        "test": comparison.test,
        "p": comparison.p,
        "statistic": comparison.statistic,
        "degrees_of_freedom": comparison.degrees_of_freedom,
        "significant": comparison.significant,
        **({"why": comparison.why} if comparison.why else {}),
    }


def _follow_up(all_and_groups: tuple[FollowUp, ...]) -> Json | None:
    """Of all patients, with those of each group inside."""
    if not all_and_groups:
        return None
    everyone, *groups = all_and_groups
    return _followed(everyone) | {"groups": [{"name": one.group} | _followed(one) for one in groups]}


def _followed(one: FollowUp) -> Json:
    return {
        "n": one.n,
        "method": one.method,
        "median_months": one.median_months,
        "range_months": [one.shortest, one.longest] if one.shortest is not None else None,
        "simple_median_months": one.simple_median,
        "reverse_km_median_months": one.reverse_median,
    }


# --- tables ----------------------------------------------------------------------------------------------------------


def _baseline(row: ContinuousRow | CategoricalRow, names: list[str]) -> Json:
    groups: Mapping[str, Json]
    if isinstance(row, ContinuousRow):
        groups = {
            name: {"n": one.n, "missing": one.missing, "median": _plain(one.median), "min": _plain(one.minimum),
                   "max": _plain(one.maximum), "mean": one.mean, "standard_deviation": one.standard_deviation}
            for name, one in zip(names, row.groups, strict=True)
        }  # fmt: skip
    else:
        categories = [name for name, _ in row.categories]
        groups = {
            name: {"n": one.n, "missing": one.missing, **dict(zip(categories, one.counts, strict=True))}
            for name, one in zip(names, row.groups, strict=True)
        }
    return {"measure": row.name, "label": row.label, "groups": groups, **_comparison(row.comparison)}


def _response(row: ResponseRow, names: list[str]) -> Json:
    return {
        "day": row.day,
        "groups": {
            name: {"n": one.n, **one.counts, "NOT_DUE": one.not_due, "responders": one.responders,
                   "overall_response_rate": one.rate, "ci_low": one.ci_low, "ci_high": one.ci_high,
                   "overall_response_rate_at_most": one.rate_at_most}
            for name, one in zip(names, row.groups, strict=True)
        },
    }  # fmt: skip


def _line(row: CountRow, at: int) -> Json:
    """One group's part of a line that counts patients; months where the pack asks when."""
    months = {"earliest": row.earliest[at], "latest": row.latest[at]} if row.earliest else {}
    return {"n": row.n[at], "patients": row.counts[at], "unknown": row.unknown[at], **months}


def _repeated(row: RepeatedRow, names: list[str]) -> Json:
    return {
        "measure": row.name,
        "label": row.label,
        "days": list(row.days),
        "effect": row.effect,
        "n": dict(zip(names, row.complete, strict=True)),
        "f": row.f,
        "df_effect": row.df_effect,
        "df_error": row.df_error,
        "p": row.p,
        "significant": row.significant,
        **({"why": row.why} if row.why else {}),
    }


def _plain(number: Decimal | None) -> Decimal | int | None:
    """Whole numbers without a point."""
    return int(number) if number is not None and number == number.to_integral_value() else number
