"""Registers the authorities app with Django."""

from django.apps import AppConfig


class AuthoritiesConfig(AppConfig):
    name = "tocsin.authorities"
    label = "authorities"
