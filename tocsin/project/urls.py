"""Every address of the website."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tocsin.web import languages, metrics, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.health, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    path("language/", languages.choose, name="choose_language"),
    path("account/", include("tocsin.web.account_urls")),
    path("console/", include("tocsin.web.console.urls")),
    path("desk/", include("tocsin.web.desk.urls")),
    path("", views.front, name="front"),
]

# A demonstration lets anybody in: elsewhere these addresses do not exist.
if settings.DEMO:
    urlpatterns.insert(0, path("", include("tocsin.web.demo.urls")))
