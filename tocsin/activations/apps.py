"""Registers the activations app with Django."""

from django.apps import AppConfig


class ActivationsConfig(AppConfig):
    name = "tocsin.activations"
    label = "activations"
