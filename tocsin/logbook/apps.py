"""Registers the logbook app with Django."""

from django.apps import AppConfig


class LogbookConfig(AppConfig):
    name = "tocsin.logbook"
    label = "logbook"
