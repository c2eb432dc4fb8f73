"""Authorities, their duty officers, and the numbers people call."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Authority(models.Model):
    """A public body that may open the centre: a municipality, a province, a national centre."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    languages = ArrayField(models.CharField(max_length=2))
    timezone = models.CharField(max_length=60, default="Europe/Brussels")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="authorities")

    class Meta:
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person acts for an authority; what they may do follows from their roles.

    Everything an authority owns is shown to its members alone.
    """

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["authority", "person"], name="one_membership"),
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.authority}"


class Number(models.Model):
    """A telephone number that reaches the centre, as the trunk presents it (`1771`, `+3221234567`)."""

    digits = models.CharField(max_length=20, unique=True)
    authorities = models.ManyToManyField(Authority, related_name="numbers")

    def __str__(self) -> str:
        return self.digits
