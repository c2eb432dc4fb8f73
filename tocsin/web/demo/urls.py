"""The addresses of a demonstration; included only where the instance is one."""

from django.urls import path

from tocsin.web.demo import views

urlpatterns = [
    path("", views.doors, name="demo"),
    path("demo/enter/<str:place>/", views.enter, name="demo_enter"),
    path("demo/call/", views.call, name="demo_call"),
    path("demo/call/telephone/", views.telephone, name="demo_telephone"),
]
