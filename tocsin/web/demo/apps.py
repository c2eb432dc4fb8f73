"""Registers the demonstration's front door with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tocsin.web.demo"
    label = "demo"
