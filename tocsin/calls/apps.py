"""Registers the calls app with Django."""

from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "tocsin.calls"
    label = "calls"
