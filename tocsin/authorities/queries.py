"""Who may act for whom."""

from django.db.models import QuerySet

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.authorities.models import Authority


def acts_for(person: Person, authority: Authority, *roles: Role) -> bool:
    """Whether a person acts for an authority, in at least one of these roles."""
    return person.has_role(*roles) and authority.members.filter(pk=person.pk).exists()


def authorities_of(*, person: Person) -> QuerySet[Authority]:
    """The authorities a person acts for, and the only ones whose affairs the person sees."""
    return Authority.objects.filter(members=person).order_by("name")
