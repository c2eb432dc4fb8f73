"""WhiteNoise as a middleware that costs other requests no thread, and sends a file as one piece."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]
from whitenoise.responders import StaticFile  # type: ignore[import-untyped]


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Answers for stylesheets and scripts from where they are; hands everything else on."""

    async_capable = True

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        file = self.files.get(request.path_info)
        if file is None:
            return self.get_response(request)
        return _ready(_whole(file, request)) if self.is_async else _whole(file, request)


async def _ready(response: HttpResponse) -> HttpResponse:
    return response


def _whole(file: StaticFile, request: HttpRequest) -> HttpResponse:
    """The file's answer. Read at once: our files are small, and a stream would be read in a thread anyway."""
    answer = file.get_response(request.method, request.META)
    content = b""
    if answer.file is not None:
        with answer.file:
            content = answer.file.read()
    response = HttpResponse(content, status=int(answer.status))
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return response
