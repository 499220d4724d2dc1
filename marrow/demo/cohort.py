"""The demonstration cohort: synthetic children as FHIR Bundles, one a child, the same in every release.

Run it with `python -m marrow.demo.cohort OUT --release R4`.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from marrow.demo.child import Child, load_children
from marrow.demo.course import course
from marrow.demo.enrolment import enrolment
from marrow.demo.findings import findings
from marrow.demo.pieces import Resource, coding
from marrow.demo.plan import Plan, load_plan
from marrow.demo.r5 import to_r5
from marrow.demo.treatment import treatment

Release = Literal["R4", "R4B", "R5"]


def bundles(release: Release) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each child's file stem and Bundle (type collection).

    Numbers are ints and Decimals, as a reader that keeps decimals gives them.
    """
    plan = load_plan()
    for child in load_children():
        resources = _chart(child, plan)
        yield child.id, _bundle(child, plan, [to_r5(one, plan) for one in resources] if release == "R5" else resources)


def write_cohort(folder: Path, release: Release) -> list[Path]:
    """Write the Bundles as JSON files, the same bytes every time; the folder is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder = msgspec.json.Encoder(decimal_format="number")
    paths = []
    for stem, bundle in bundles(release):
        path = folder / f"{stem}.json"
        path.write_bytes(msgspec.json.format(encoder.encode(bundle), indent=2) + b"\n")
        paths.append(path)
    return paths


def _chart(child: Child, plan: Plan) -> list[Resource]:
    """All that the hospital holds of a child, in the shape of R4."""
    return [*enrolment(child, plan), *course(child, plan), *findings(child, plan), *treatment(child, plan)]


def _bundle(child: Child, plan: Plan, resources: list[Resource]) -> Resource:
    return {
        "resourceType": "Bundle",
        "id": child.id,
        "meta": {"security": [coding(plan, plan.labels.synthetic)]},
        "type": "collection",
        "entry": [{"fullUrl": f"{plan.server}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources],
    }


def main(arguments: list[str] | None = None) -> None:
    """Write the cohort into a folder and say how many files."""
    parser = argparse.ArgumentParser(prog="python -m marrow.demo.cohort", description="Write the synthetic demonstration cohort.")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the Bundles, one file a child")
    parser.add_argument("--release", choices=get_args(Release), default="R4", help="FHIR release (default: R4)")
    call = parser.parse_args(arguments)
    sys.stdout.write(f"{len(write_cohort(call.out, call.release))} Bundles in {call.out}\n")


if __name__ == "__main__":
    main()
