"""The desk's addresses, below /desk/."""

from django.urls import path

from tocsin.web.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("live/", views.live, name="desk_live"),
    path("ask/<str:verb>/", views.ask, name="desk_ask"),
    path("help/<str:wanted>/", views.help_me, name="desk_help"),
    path("told/<int:key>/", views.told, name="desk_told"),
    path("telephone/", views.telephone, name="desk_telephone"),
    path("own-telephone/", views.own_telephone, name="desk_own_telephone"),
    path("note/", views.note, name="desk_note"),
]
