"""The AsyncAPI 3 document of a service, as FastStream knows it."""

import json
from typing import Any

from fastapi import APIRouter, Response
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI


def asyncapi_document(broker: NatsBroker, name: str, description: str, version: str) -> dict[str, Any]:
    """Channels, operations and schemas of what the service publishes, follows and takes from outside."""
    specification = AsyncAPI(
        broker, title=f"Yanzhen {name}", version=version, description=description, schema_version="3.0.0"
    )
    document: dict[str, Any] = json.loads(specification.to_specification().to_json())
    return document


def asyncapi_routes(broker: NatsBroker, name: str, description: str, version: str) -> APIRouter:
    """`/asyncapi.json`. There is no page: FastStream's loads its scripts from elsewhere."""
    router = APIRouter(include_in_schema=False)

    @router.get("/asyncapi.json")
    async def document() -> Response:
        return Response(
            json.dumps(asyncapi_document(broker, name, description, version)), media_type="application/json"
        )

    return router
