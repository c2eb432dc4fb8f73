"""Who may act for whom."""

from django.db.models import QuerySet

from tocsin.accounts.models import Person
from tocsin.authorities.models import Authority


def authorities_of(*, person: Person) -> QuerySet[Authority]:
    """The authorities a person acts for, and the only ones whose affairs the person sees."""
    return Authority.objects.filter(members=person).order_by("name")
