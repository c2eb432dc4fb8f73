"""What a person may see in the console; the rest is not found."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from tocsin.accounts.models import Person
from tocsin.accounts.rules import Role
from tocsin.activations.models import Activation
from tocsin.activations.queries import activations_of
from tocsin.authorities.models import Authority
from tocsin.authorities.queries import authorities_of


def visible_activation(*, person: Person, key: int) -> Activation:
    """The activation, where it belongs to an authority that the person acts for; Http404 otherwise."""
    return get_object_or_404(activations_of(person=person), pk=key)


def activation_speaking(language: str, *, person: Person, key: int) -> Activation:
    """The activation, where the person may see it and it speaks the language; Http404 otherwise."""
    activation = visible_activation(person=person, key=key)
    if language not in activation.languages:
        raise Http404
    return activation


def visible_authority(*, person: Person, slug: str) -> Authority:
    """Any authority for an administrator, the own ones for everybody else; Http404 otherwise."""
    own = Authority.objects.all() if person.has_role(Role.ADMINISTRATOR) else authorities_of(person=person)
    return get_object_or_404(own, slug=slug)
