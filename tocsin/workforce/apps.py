"""Registers the workforce app with Django."""

from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "tocsin.workforce"
    label = "workforce"
