"""The two pages that belong to no face: the front door, and the question of health."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from tocsin.accounts.rules import Role
from tocsin.web.guards import PersonRequest, for_everybody, for_roles


@for_roles(*Role)
def front(request: PersonRequest) -> HttpResponseBase:
    """Sends each person to the face that their work is in."""
    if request.user.has_role(Role.COORDINATOR, Role.DUTY_OFFICER):
        return redirect("console_home")
    if request.user.has_role(Role.ADMINISTRATOR):
        return redirect("console_people")
    return redirect("desk")


@for_everybody
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes the request
    """Whether this process answers and reaches the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
