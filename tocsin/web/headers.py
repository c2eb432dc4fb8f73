"""A header that Django has no setting for: which senses of the machine a page may ask for."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# The microphone is for the telephone; nothing else is ever asked for.
POLICY = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"


class PermissionsPolicy(MiddlewareMixin):
    """Says in every answer what its page may ask the browser for."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:  # noqa: ARG002
        response.headers["Permissions-Policy"] = POLICY
        return response
