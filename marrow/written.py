"""What an evaluation writes as FHIR: each patient's resources, what is withdrawn of earlier ones, and the transaction of all."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from engine.cohort.results import NO_DATE
from engine.evaluation import Evaluated
from engine.pack.program import Pack
from fhir_adapter.identity import Resource, urn_of_url
from fhir_adapter.read import Intake
from fhir_adapter.write import device, from_json, provenance, to_json, transaction, withdrawals, write

_NAME = re.compile(rb'\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9\-.]+)"')


def day_of_evaluation(pack: Pack, intake: Intake, as_of: date | None, cutoff: date | None) -> int:
    """The day asked for, else the newest date in the data: never the wall clock."""
    return asked_day(pack, as_of, cutoff) or intake.newest_day or NO_DATE


def asked_day(pack: Pack, as_of: date | None, cutoff: date | None) -> int | None:
    """The day asked for, the cut-off where it is earlier; None where the data decide.

    The pack's own cut-off, which belongs to the trial's data, counts where the caller sets it.
    """
    own = pack.parameters.get(pack.statistics.cutoff or "")
    set_cutoff = date.fromisoformat(own.value) if own is not None and own.overridden else None
    asked = [day.toordinal() for day in (as_of, cutoff, set_cutoff) if day is not None]
    return min(asked) if asked else None


def resources_of(pack: Pack, evaluated: Evaluated, intake: Intake) -> list[Resource]:
    """What is written of one patient, in the release of the patient's own resources, with its Provenance."""
    release = intake.release_of(evaluated.patient)
    resources = write(pack, evaluated, release)
    return [*resources, provenance(pack, evaluated, resources, release)] if resources else []


def withdrawn(pack: Pack, written: Iterable[Resource], intake: Intake) -> list[Resource]:
    """What an earlier evaluation wrote, came in again, and is not concluded any more."""
    return withdrawals([from_json(text) for text in intake.own.values()], list(written), pack=pack)


def transaction_of(resources: Iterable[bytes]) -> Iterator[bytes]:
    """The same transaction as text, from resources of ours as text, without holding them."""
    begin = b'{"resourceType":"Bundle","type":"transaction","entry":['
    for text in resources:
        found = _NAME.match(text)
        assert found is not None
        url = f"{found[1].decode()}/{found[2].decode()}"
        yield begin + f'{{"fullUrl":"{urn_of_url(url)}","resource":'.encode() + text
        yield f',"request":{{"method":"PUT","url":"{url}"}}}}'.encode()
        begin = b","
    yield b"]}\n"


def bundle(pack: Pack, resources: Iterable[Resource], intake: Intake) -> bytes:
    """The transaction that puts all of it onto a server: the line of bundle.json, without its end."""
    return to_json(transaction([device(pack, intake.release), *resources])).encode()
