"""The console's addresses, below /console/."""

from django.urls import path

from tocsin.web.console import activation, authorities, board, intervals, opening, people, report, topics

urlpatterns = [
    path("", opening.home, name="console_home"),
    path("open/", opening.choose, name="console_choose"),
    path("open/<slug:slug>/<str:kind>/", opening.order, name="console_order"),
    path("activations/", activation.past, name="console_activations"),
    path("activations/<int:key>/", activation.activation, name="console_activation"),
    path("activations/<int:key>/progress/", activation.progress, name="console_progress"),
    path("activations/<int:key>/front/<str:language>/", activation.front_message, name="console_front"),
    path("activations/<int:key>/close/", activation.close, name="console_close"),
    path("activations/<int:key>/logbook/", activation.logbook, name="console_logbook"),
    path("board/<int:key>/", board.page, name="console_board"),
    path("board/<int:key>/live/", board.live, name="console_board_live"),
    path("report/<int:key>/", report.page, name="console_report"),
    path("report/<int:key>/intervals/", intervals.page, name="console_intervals"),
    path("report/<int:key>/intervals.csv", intervals.csv_of_rows, name="console_intervals_csv"),
    path("report/<int:key>/intervals.json", intervals.json_of_rows, name="console_intervals_json"),
    path("report/<int:key>/figures.json", report.figures_file, name="console_report_figures"),
    path("people/", people.people, name="console_people"),
    path("people/add/", people.add, name="console_add_person"),
    path("people/<int:key>/", people.person, name="console_person"),
    path("people/<int:key>/reset/", people.reset, name="console_reset_access"),
    path("authorities/", authorities.authorities, name="console_authorities"),
    path("authorities/add/", authorities.add, name="console_add_authority"),
    path("authorities/<slug:slug>/", authorities.authority, name="console_authority"),
    path("authorities/<slug:slug>/topics/", topics.topics, name="console_topics"),
    path("authorities/<slug:slug>/topics/<int:key>/", topics.topic, name="console_topic"),
    path("authorities/<slug:slug>/topics/<int:key>/retire/", topics.retire, name="console_retire_topic"),
]
