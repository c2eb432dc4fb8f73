"""People who sign in, known by their e-mail address."""

from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tocsin.accounts.rules import Role


class People(BaseUserManager["Person"]):
    """Makes people; the name Django wants is a manager, the word here is people."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email=(email or "").lower())


class Person(AbstractBaseUser):
    """Somebody who signs in. Permissions come from `roles` alone; there are no superusers."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20), default=list)
    language = models.CharField(max_length=2, default="en")
    is_active = models.BooleanField(default=True)
    # Made by a rehearsal or a demonstration: never counted among staff, may be removed with what made it.
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="person_roles_known", condition=models.Q(roles__contained_by=[role.value for role in Role])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def has_role(self: Self, *roles: Role) -> bool:
        """Whether this person has at least one of the roles."""
        return any(role in self.roles for role in roles)
