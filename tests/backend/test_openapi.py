import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck

from clinic_tui.backend.openapi import OPERATIONS, document
from clinic_tui.protocol import codec
from clinic_tui.protocol.commands import COMMANDS
from clinic_tui.protocol.problems import STATUS

EXAMPLES = 8
PASSWORD = "demo-demo-demo"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A backend of its own process, with the demo's people."""
    arguments = ["serve", "--port", "0", "--database", "sqlite://", "--demo-data", "--log", "/dev/null"]
    with subprocess.Popen(
        [sys.executable, "-m", "clinic_tui", *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()
        assert process.wait(60) == 0


def _token(address: str) -> str:
    answer = httpx.post(f"{address}/api/v1/session", json={"username": "anna", "password": PASSWORD})
    return answer.json()["token"]


def test_every_command_and_every_route_is_described() -> None:
    from clinic_tui.backend.endpoints import cases, sessions

    paths = document()["paths"]
    assert {f"/api/v1/commands/{name}" for name in COMMANDS} <= paths.keys()
    assert {operation.path for operation in OPERATIONS} <= paths.keys()
    routes = {route.path for module in (cases, sessions) for route in module.routes(None)}  # type: ignore[arg-type]
    assert routes - paths.keys() == {"/api/v1/openapi.json"}


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    described = document()

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from references(inner)

    for reference in references(described):
        found: Any = described
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for schema in described["components"]["schemas"].values():
        jsonschema_rs.validator_for({**schema, "components": described["components"]})


def test_every_operation_says_how_it_can_fail_and_names_are_unique() -> None:
    operations = [item for path in document()["paths"].values() for item in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert {"401", "422", "500", "503"} <= operation["responses"].keys()
    problems = {str(status) for status in STATUS.values()} - {"405", "426"}
    assert problems <= document()["components"]["responses"].keys()


def test_the_description_that_is_served_is_this_one(address: str) -> None:

    served = httpx.get(f"{address}/api/v1/openapi.json")
    assert served.headers["content-type"] == "application/json"
    assert served.json() == json.loads(codec.encode(document()))


def test_made_up_requests_never_find_a_fault_of_ours(address: str) -> None:

    schema = schemathesis.openapi.from_dict(json.loads(codec.encode(document())))
    token = {"Authorization": f"Bearer {_token(address)}"}
    tried = 0
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.definition.raw["operationId"] == "sign_out":
                continue
            for mode in list(schemathesis.GenerationMode):
                tried += _try(operation, mode, client, token)
    assert tried > 100


def _try(operation: Any, mode: Any, client: httpx.Client, token: dict[str, str]) -> int:
    """Send made-up requests of one operation; how many."""
    sent: list[int] = []

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        values = case.as_transport_kwargs(base_url=str(client.base_url))
        headers = {k: v for k, v in dict(values["headers"] or {}).items() if k.lower() != "authorization"}
        try:
            answer = client.request(
                values["method"],
                values["url"],
                params=values.get("params"),
                json=values.get("json"),
                headers={**headers, **token},
            )
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError, TypeError):
            hypothesis.reject()
        sent.append(answer.status_code)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
        elif answer.status_code == 200:
            case_response = schemathesis.Response.from_httpx(answer, verify=False)
            operation.validate_response(case_response)

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        return 0
    return len(sent)
