"""What an evaluation writes as FHIR: each patient's resources, what is withdrawn of earlier ones, and the transaction of all."""

from collections.abc import Iterable
from datetime import date

from engine.cohort.results import NO_DATE
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.identity import Resource
from fhir_adapter.read import Intake
from fhir_adapter.write import device, from_json, provenance, to_json, transaction, withdrawals, write


def day_of_evaluation(pack: Pack, intake: Intake, as_of: date | None, cutoff: date | None) -> int:
    """The day asked for, the cut-off where it is earlier, else the newest date in the data: never the wall clock.

    The pack's own cut-off, which belongs to the trial's data, counts where the caller sets it.
    """
    own = pack.parameters.get(pack.statistics.cutoff or "")
    set_cutoff = date.fromisoformat(own.value) if own is not None and own.overridden else None
    asked = [day.toordinal() for day in (as_of, cutoff, set_cutoff) if day is not None]
    return min(asked) if asked else intake.newest_day or NO_DATE


def resources_of(pack: Pack, evaluated: Evaluated, intake: Intake) -> list[Resource]:
    """What is written of one patient, in the release of the patient's own resources, with its Provenance."""
    release = intake.release_of(evaluated.patient)
    resources = write(pack, evaluated, release)
    return [*resources, provenance(pack, evaluated, resources, release)] if resources else []


def withdrawn(pack: Pack, written: Iterable[Resource], intake: Intake) -> list[Resource]:
    """What an earlier evaluation wrote, came in again, and is not concluded any more."""
    return withdrawals([from_json(text) for text in intake.own.values()], list(written), pack=pack)


def bundle(pack: Pack, resources: Iterable[Resource], intake: Intake) -> bytes:
    """The transaction that puts all of it onto a server: the line of bundle.json, without its end."""
    return to_json(transaction([device(pack, intake.release), *resources])).encode()
