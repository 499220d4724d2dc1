"""Statements to the server: each is put under its id until the server has it as it should be, and not once more."""

from collections.abc import Awaitable, Callable

from fhir_adapter.client.fhir_client import FhirClient
from fhir_adapter.client.outcome import Stored
from fhir_adapter.client.trouble import ExchangeFailed
from fhir_adapter.filing import file_of
from fhir_adapter.substance import digest_of
from fhir_adapter.write import from_json
from marrow.service.audit import Happening
from marrow.service.store.rows import Claimed, Statement
from marrow.service.work.calls import aside
from marrow.service.work.means import Means

_ORDER = ("Device", "Condition", "Observation", "ResearchSubject", "Provenance")
"""What is referred to before what refers to it, and Conditions first of what people read."""
_PUTS = 3
_OF_ONE = ("broken", "conflict", "forbidden", "not-fhir", "not-json", "odd-status", "refused", "too-large", "unsupported")
"""Trouble that may be with one resource only: the others are put all the same. In any other nothing would succeed now."""


class Lost(Exception):
    """The claim was lost: somebody else goes on with this patient."""


class NotDelivered(Exception):
    """Some statements were not taken by the server, each for its reason; the others were delivered."""


async def deliver(means: Means, claimed: Claimed) -> int:
    """Put what waits; how many. Raises Lost, NotDelivered where some was not taken, and ExchangeFailed where nothing would be."""
    assert means.client is not None
    waiting = [each for each in await aside(means.store.statements, claimed.patient) if each.waits]
    if not waiting:
        return 0
    if not await aside(means.store.sending, claimed, [each.ref for each in waiting]):
        raise Lost

    async def still_ours() -> None:
        if not await aside(means.store.renew, means.who, claimed, means.now()):
            raise Lost

    refused = 0
    for each in sorted(waiting, key=lambda one: (_ORDER.index(one.type) if one.type in _ORDER else len(_ORDER), one.id)):
        try:
            version = await put(means.client, each, still_ours)
        except ExchangeFailed as failed:
            await aside(means.store.troubled, claimed, each.ref, failed.code)
            means.metrics.statements_sent("failed" if failed.passing else "refused")
            means.tell(Happening(means.now(), "update", "failed", patient=claimed.patient, what=each.ref))
            if failed.code not in _OF_ONE:
                raise
            refused += 1
            continue
        if not await aside(means.store.sent, claimed, each.ref, each.digest, version):
            raise Lost
        means.metrics.statements_sent("sent")
        means.tell(Happening(means.now(), "update", "done", patient=claimed.patient, what=each.ref))
    if refused:
        raise NotDelivered
    return len(waiting)


async def put(client: FhirClient, statement: Statement, still_ours: Callable[[], Awaitable[None]]) -> str | None:
    """Put one statement; the version that the server gave it. What was sent before in vain may have arrived: then nothing is put.

    Where the server has another version than we know, its version is read and ours is put over it: the id is ours, and
    the server keeps the history. still_ours: raises Lost where another has taken the patient over, who may have put what we are
    about to put over; asked after the version was read, so that whoever comes later makes ours fail. Raises ExchangeFailed.
    """
    version, is_unsure = statement.version, statement.tried > 0
    for _ in range(_PUTS):
        if is_unsure:
            current = await client.read(statement.type, statement.id)
            version = None
            if isinstance(current, bytes):
                filed = file_of(current)
                version = None if filed is None else filed.version
                if digest_of(from_json(current)) == statement.digest:
                    return version
            await still_ours()
        found = await client.put(statement.body, statement.type, statement.id, version)
        if isinstance(found, Stored):
            return found.version
        if found is None and is_unsure:  # it has just been seen not to be there, so the path itself is not served
            raise ExchangeFailed("unsupported", f"PUT {statement.type}/{{id}}", status=404)
        is_unsure = True  # 404, 409, 410 or 412: it is not as we thought
    raise ExchangeFailed("conflict", f"PUT {statement.type}/{{id}}")
