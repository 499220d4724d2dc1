"""One patient's turn: read, evaluate, keep, deliver; what fails is put off with its reason and holds up nobody else."""

from dataclasses import dataclass

import structlog

from engine.evaluate.both import Disagreement
from engine.pack.program import Pack
from fhir_adapter.client.trouble import ExchangeFailed
from marrow.fault import unforeseen
from marrow.service.store.rows import Claimed, StoreUnavailable
from marrow.service.work.calls import aside
from marrow.service.work.delivering import Lost, NotDelivered, deliver
from marrow.service.work.judging import JudgeDied, Question
from marrow.service.work.keeping import kept
from marrow.service.work.means import Means
from marrow.service.work.reading import read_lacking, read_whole

LOG = structlog.get_logger("marrow.service.work")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a patient's work did not succeed: codes and names of rules, nothing of the patient. pause: seconds asked for."""

    code: str
    pause: float = 0.0


async def work_patient(means: Means, pack: Pack) -> bool:
    """Take the next patient whose turn it is and work; False where there is none. Raises StoreUnavailable."""
    claimed = await aside(means.store.claim_patient, means.who, means.now(), means.today())
    if claimed is None:
        return False
    try:
        async with kept(means.who.seconds, lambda: means.store.renew(means.who, claimed, means.now())):
            trouble = await _attempt(means, pack, claimed)
    except Lost:
        means.metrics.patients_worked("lost")
        return True
    if trouble is None:
        await aside(means.store.release, claimed, means.now())
        means.metrics.patients_worked("done")
        if claimed.since is not None and claimed.tried == 0:
            means.metrics.told_to_sent(means.now() - claimed.since)
        return True
    again = max(means.again(claimed.tried), means.now() + trouble.pause)
    await aside(means.store.release, claimed, means.now(), again, trouble.code)
    means.metrics.patients_worked("parked")
    LOG.warning("a patient is parked", code=trouble.code, tried=claimed.tried + 1)
    return True


async def _attempt(means: Means, pack: Pack, claimed: Claimed) -> Trouble | None:
    """None, or why it did not succeed."""
    try:
        await _work(means, pack, claimed)
    except ExchangeFailed as failed:
        return Trouble(f"fhir-{failed.code}", failed.retry_after or 0.0)
    except NotDelivered:
        return Trouble("not-delivered")
    except Disagreement as disagreement:
        means.metrics.disagreed()
        names = ", ".join(each.partition(":")[0] for each in disagreement.differences)
        LOG.error("evaluators disagree", code=names)
        return Trouble(f"evaluators-disagree: {names}"[:200])
    except JudgeDied:
        LOG.error("the process that evaluates died")
        return Trouble("evaluation-died")
    except (Lost, StoreUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 - one patient's fault is not another's
        LOG.error("a fault in Marrow itself", code=unforeseen(error))
        return Trouble("fault")
    return None


async def _work(means: Means, pack: Pack, claimed: Claimed) -> None:
    if means.client is not None and not claimed.is_read and not await read_whole(means, pack, claimed):
        raise Lost
    record = await read_lacking(means, claimed, await aside(means.store.record, claimed.patient))
    stated = await aside(means.store.statements, claimed.patient)
    concluded = await means.judge(Question(claimed.patient, record, means.today(), stated))
    means.metrics.evaluated()
    if not await aside(means.store.conclude, claimed, concluded, record.generation, means.now()):
        raise Lost
    if means.client is not None:
        await deliver(means, claimed)
