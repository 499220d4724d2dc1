"""What the OpenAPI document says, tried by requests that are made from it: every answer is one that it tells of."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks

from marrow.service.app import application
from marrow.service.exchanges import told
from marrow.service.running import open_store
from marrow.service.settings import Settings
from tests.service.asking import TOKEN
from tests.service.circle.waiting import until
from tests.service.work.world import PLAIN

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
REJECTED = ("GET /fhir/Condition", "POST /fhir/$evaluate", "POST /cds-services/{id}")
"""Operations that refuse all that their schema does not allow."""
CREDENTIALS = {"Authorization": f"Bearer {TOKEN}"}
HEARD = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
BARE = ("GET /healthz", "GET /readyz")
"""Operations of which nothing can be asked wrongly, and which are open to everybody."""
OPERATIONS = sorted(name for name in told().operations if "jwks" not in name)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over a store, on a socket of this process."""
    folder = tmp_path_factory.mktemp("schemathesis")
    database, marks = f"sqlite:///{folder / 'marrow.db'}", str(folder)
    chosen = Settings(database_url=database, review_dir=marks, api_token=TOKEN, notification_token=TOKEN)  # type: ignore[arg-type]
    app = application(chosen, PLAIN, open_store(chosen))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, http="h11", lifespan="on"))
    listening = threading.Thread(target=server.run)
    listening.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    listening.join()


@pytest.fixture(scope="module")
def schema(address: str) -> BaseSchema:
    config = SchemathesisConfig.from_dict({"seed": 1, "headers": {}})
    return schemathesis.openapi.from_url(f"{address}/openapi.json", config=config, headers=CREDENTIALS)


def tried(schema: BaseSchema, name: str, mode: GenerationMode, with_checks: list[CheckFunction], **headers: str) -> list[int]:
    """The statuses of the answers."""
    method, _, path = name.partition(" ")
    found: list[int] = []

    @HEARD
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=with_checks, headers=headers)
        found.append(answer.status_code)

    each()
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_asked_rightly_is_answered_as_is_told(schema: BaseSchema, name: str) -> None:
    assert tried(schema, name, GenerationMode.POSITIVE, CHECKS, **CREDENTIALS)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in BARE])
def test_what_is_asked_wrongly_is_answered_as_is_told(schema: BaseSchema, name: str) -> None:
    more = [checks.negative_data_rejection] if name in REJECTED else []
    tried(schema, name, GenerationMode.NEGATIVE, [*CHECKS, *more], **CREDENTIALS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_told_to_who_shows_no_credentials(schema: BaseSchema, name: str) -> None:
    assert set(tried(schema, name, GenerationMode.POSITIVE, CHECKS)) == {200 if name in BARE else 401}
