"""All that the server has of a patient, read once and again when asked for: what was lost on the way is found here."""

from engine.pack.program import Pack
from fhir_adapter.filing import Filed, file_of, is_read
from fhir_adapter.identity import PACK
from fhir_adapter.substance import digest_of
from fhir_adapter.write import from_json
from marrow.service.store.rows import Claimed, Record, Statement
from marrow.service.work.calls import aside
from marrow.service.work.changes import read_one
from marrow.service.work.means import Means


async def read_whole(means: Means, pack: Pack, claimed: Claimed) -> bool:
    """File everything of the patient, and take note of what of ours stands there. False where the claim was lost.

    What is filed and was not among it is asked for by itself, since it may have come while the rest was read: where the server
    does not have it, it was deleted. A server that never had the patient is not believed on that, and neither is a 404 without a
    word of FHIR where nothing else came. Raises ExchangeFailed.
    """
    assert means.client is not None
    filed: dict[str, Filed] = {}
    own: dict[str, Statement] = {}
    async for raw in means.client.everything(claimed.patient.partition("/")[2]):
        found = file_of(raw)
        if found is None:
            continue
        if found.own or not is_read(found.type):
            own.update(_of_ours(pack, claimed.patient, found))
        elif found.patient in (claimed.patient, None):
            filed[found.ref] = found
    has_answered = bool(filed or own)
    absent: list[tuple[str, int]] = []
    if filed or claimed.known:
        record = await aside(means.store.record, claimed.patient)
        for kept in record.resources:
            if kept.ref not in filed:
                now = await read_one(means, kept.type, kept.id, has_answered)
                if now is None or now.raw is None:
                    absent.append((kept.ref, kept.mark))
                else:
                    filed[now.ref] = now
    if not await _compare_ours(means, pack, claimed, own, has_answered):
        return False
    return await aside(means.store.file_whole, claimed, list(filed.values()), absent, means.now())


async def read_lacking(means: Means, claimed: Claimed, record: Record) -> Record:
    """The record with the Medications that it refers to and that were never filed. Raises ExchangeFailed."""
    if means.client is None or not record.lacks:
        return record
    refs = [ref.partition("/") for ref in record.lacks]
    found = [await read_one(means, kind, identity, is_credible=True) for kind, _, identity in refs]
    await aside(means.store.file, claimed, [each for each in found if each is not None], means.now())
    return await aside(means.store.record, claimed.patient)


async def _compare_ours(means: Means, pack: Pack, claimed: Claimed, found: dict[str, Statement], has_answered: bool) -> bool:
    """Keep what differs from what we left there. The version that we wrote is as we left it, however the server spells it."""
    lost: list[str] = []
    for known in await aside(means.store.statements, claimed.patient):
        if known.sent is None:
            continue
        if known.ref not in found:
            now = await read_one(means, known.type, known.id, has_answered)
            if now is None or now.raw is None:
                lost.append(known.ref)
                continue
            found.update(_of_ours(pack, claimed.patient, now))
        there = found.get(known.ref)
        if there is not None and there.version is not None and there.version == known.version:
            del found[known.ref]
    return await aside(means.store.found, claimed, list(found.values()), lost)


def _of_ours(pack: Pack, patient: str, filed: Filed) -> dict[str, Statement]:
    """A resource that this pack wrote, by `Type/id`, as the server has it; nothing for any other."""
    assert filed.raw is not None
    resource = from_json(filed.raw)
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    if not any(tag.get("system") == PACK and tag.get("code") == pack.name for tag in tags or () if isinstance(tag, dict)):
        return {}
    digest = digest_of(resource)
    return {filed.ref: Statement(filed.type, filed.id, patient, filed.raw, digest, digest, filed.version)}
