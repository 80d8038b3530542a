"""Every operation of every service, asked with generated requests, well-formed and not: no fault of ours, ever.

`make test` draws the same examples each time; `make fuzz` draws others, and more of them.
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import hypothesis
import hypothesis.strategies as st
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from services.cli.catalogue import NAMES
from shared.web.problem import Problem
from tests.integration.api.conftest import Served
from tests.integration.api.credentials import CALLERS, must_be_refused

EXAMPLES = 8
"""Per operation, mode and caller, in `make test`."""
DEEP = 150
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
          response_schema_conformance, unsupported_method, negative_data_rejection]  # fmt: skip
METHODS = ("get", "put", "post", "patch", "delete")
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


def examples() -> int:
    """The profile of `make fuzz` is Hypothesis' default; that of `make test` is derandomised."""
    return EXAMPLES if settings().derandomize else DEEP


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("service", NAMES)
def test_every_operation_answers_as_documented(served: Served, service: str, caller: str) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url(service)}/openapi.json")
    asked = 0
    headers = served.headers(caller)
    failed: list[Exception] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), f"the document is wrong: {result}"
        operation = result.ok()
        for mode in MODES:
            try:
                _ask(served, operation, mode, caller, headers)
            except Unsatisfiable:  # an operation without anything that could be wrong about a request
                assert mode is schemathesis.GenerationMode.NEGATIVE
            except (Exception, ExceptionGroup) as failure:  # the others are asked all the same
                failed.append(failure)
        asked += 1
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {2 * asked} runs failed", failed)
    documented = schema.raw_schema["paths"]
    assert asked == sum(1 for path in documented.values() for method in path if method in METHODS) > 0


def _ask(
    served: Served, operation: Any, mode: schemathesis.GenerationMode, caller: str, headers: dict[str, str]
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode), known=st.randoms(use_true_random=False))
    @settings(
        max_examples=2 if must_be_refused(caller) else examples(), derandomize=settings().derandomize,
        deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )  # fmt: skip
    def ask(case: Any, known: Any) -> None:
        if mode is schemathesis.GenerationMode.POSITIVE:
            for given_ in (case.path_parameters, case.query, case.body):
                _name_what_exists(given_, served.ids, known)
        # A header that was generated stays as it is: it may be what is wrong about the request.
        sent = {name: value for name, value in headers.items() if name not in case.headers}
        answer = _answer(case, sent)
        unsent = _is_odd(case.query or {}, operation) and not _is_odd(_query_of(answer.request.url), operation)
        case.validate_response(
            answer, checks=[one for one in CHECKS if not (unsent and one is negative_data_rejection)]
        )
        if must_be_refused(caller):
            assert answer.status_code in (401, 403), f"{case.method} {case.path} let {caller} in"
        if answer.status_code >= 400:
            _is_a_problem(answer)

    ask()


def _query_of(url: str) -> dict[str, list[str] | str]:
    found = parse_qs(urlsplit(url).query, keep_blank_values=True)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _is_odd(query: dict[str, Any], operation: Any) -> bool:
    """Whether it has a parameter that the operation does not know, or several values of one. Some that are generated
    (nothing, an empty list) never get into an address, and what is left of the request may be good.
    """
    known = {one.name for one in operation.query}
    return any(name not in known or isinstance(value, list) for name, value in query.items())


def _answer(case: Any, headers: dict[str, str]) -> Any:
    """What it comes to. A 503 asks for patience, and a busy machine may need some; one that stays is a fault."""
    answer = case.call(headers=headers, timeout=60, allow_redirects=False)
    for _ in range(2):
        if answer.status_code == 503:
            answer = case.call(headers=headers, timeout=60, allow_redirects=False)
    return answer


def _name_what_exists(values: Any, ids: Any, known: Any) -> None:
    """Put ids that exist where ids belong, half of the time: random ones never get past "unknown"."""
    for name in values if isinstance(values, dict) else ():
        if ids.get(name) and known.random() < 0.5:
            values[name] = known.choice(ids[name])


def _is_a_problem(answer: Any) -> None:
    problem = Problem.model_validate_json(answer.content)
    assert answer.headers["content-type"][0] == "application/problem+json"
    assert problem.status == answer.status_code
    assert problem.code
    assert problem.detail


@pytest.mark.parametrize("service", NAMES)
def test_every_operation_says_what_it_answers(served: Served, service: str) -> None:
    document = httpx.get(f"{served.url(service)}/openapi.json", trust_env=False).json()
    silent = [
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not any(_is_described(answer) for status, answer in operation["responses"].items() if status < "300")
    ]
    assert silent == []
    # Two of one name would be told apart by our modules, and rename a type of every client when one is moved.
    assert [name for name in document["components"]["schemas"] if "__" in name or "-" in name] == []


def _is_described(answer: dict[str, Any]) -> bool:
    """By a shape of its own, or in a form that is not JSON: "any object" says nothing."""
    contents = answer["content"]
    if "application/json" not in contents:
        return True
    schema = contents["application/json"]["schema"]
    return "$ref" in schema or "$ref" in schema.get("items", {})


@pytest.mark.parametrize("service", NAMES)
def test_every_answer_carries_the_headers_that_keep_browsers_and_proxies_out(served: Served, service: str) -> None:
    with httpx.Client(base_url=served.url(service), trust_env=False) as http:
        for answer in (http.get("/openapi.json"), http.get("/nothing"), http.get("/cases"), http.get("/livez")):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert "server" not in answer.headers
            assert json.loads(answer.content)


def test_bug_502_the_memberships_of_an_unknown_member_are_not_found(served: Served) -> None:
    with httpx.Client(
        base_url=served.url("registry"), trust_env=False, headers=served.headers("the city's department")
    ) as http:
        answer = http.get("/members/nobody-knows-this-one/memberships")
        known = http.get(f"/members/{served.ids['member_id'][0]}/memberships")
    assert (answer.status_code, answer.json()["code"]) == (404, "member-unknown")
    assert (known.status_code, len(known.json())) == (200, 1)
