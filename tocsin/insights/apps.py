"""Registers the insights app with Django."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "tocsin.insights"
    label = "insights"
