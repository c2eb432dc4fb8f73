"""The desk's addresses, below /desk/."""

from django.urls import path

from tocsin.web.desk import hearing, passing, questions, text, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("live/", views.live, name="desk_live"),
    path("ask/<str:verb>/", views.ask, name="desk_ask"),
    path("help/<str:wanted>/", views.help_me, name="desk_help"),
    path("hearing/<str:verb>/", hearing.hearing, name="desk_hearing"),
    path("told/<int:key>/", views.told, name="desk_told"),
    path("remark/<str:conduct>/", views.remark, name="desk_remark"),
    path("text/send/", text.send, name="desk_send_text"),
    path("text/<str:wanted>/", text.wanted, name="desk_text"),
    path("passing/", passing.passing, name="desk_passing"),
    path("questions/", questions.questions, name="desk_questions"),
    path("questions/<str:name>/sound/", questions.sound, name="desk_question_sound"),
    path("questions/<str:name>/<str:verb>/", questions.ask, name="desk_question"),
    path("telephone/", views.telephone, name="desk_telephone"),
    path("own-telephone/", views.own_telephone, name="desk_own_telephone"),
    path("own-number/", views.own_number, name="desk_own_number"),
    path("note/", views.note, name="desk_note"),
]
