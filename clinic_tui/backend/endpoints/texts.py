"""What the SMS gateway tells us: delivery reports."""

import asyncio
import hmac
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from clinic_tui.backend.endpoints.answers import refuse
from clinic_tui.backend.endpoints.reading import query_of
from clinic_tui.backend.endpoints.site import Site
from clinic_tui.backend.sms.reports import report_delivery
from clinic_tui.backend.system import in_transaction
from clinic_tui.protocol.ids import is_id

PATH: Final = "/api/v1/sms/46elks/delivery/{secret}"
_FORM: Final = "application/x-www-form-urlencoded"
_LIMIT: Final = 8 << 10
_ID_LIMIT: Final = 80


class DeliveryEndpoint:
    """Takes 46elks' delivery reports; they repeat a report until it is answered with 2xx."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def report(self, request: Request) -> Response:
        """One report. A wrong secret is not found; an id we do not know changes nothing."""
        backend = self._site.backend
        expected, given = backend.settings.sms_secret, request.path_params["secret"]
        if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
            raise refuse(404)
        ours = query_of(request, "text").get("text", "")
        form = await self._form(request)
        gateway_id, status = form.get("id", ""), form.get("status", "")
        if not 0 < len(gateway_id) <= _ID_LIMIT or "\0" in gateway_id:
            raise refuse(422, "must be the id of a text", field="id")
        if status == "delivered" or status == "failed":
            await in_transaction(
                backend,
                backend.clock.now(),
                lambda tx: report_delivery(tx, gateway_id, ours if is_id(ours) else "", status),
            )
        return Response(status_code=204)

    async def _form(self, request: Request) -> dict[str, str]:
        """The form's first values."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise refuse(415)
        body = b""
        try:
            async with asyncio.timeout(self._site.settings.body_seconds):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > _LIMIT:
                        raise refuse(413)
        except TimeoutError:
            raise refuse(408) from None
        try:
            found = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=50)
        except ValueError:
            raise refuse(400, "The form cannot be read.") from None
        return {name: values[0] for name, values in found.items()}


def routes(site: Site) -> list[BaseRoute]:
    """The gateway's route."""
    return [Route(PATH, DeliveryEndpoint(site).report, methods=["POST"])]
