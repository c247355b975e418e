from django.urls import path

from portal.leaving import views

app_name = "leaving"

urlpatterns = [
    path("company/export/", views.export, name="export"),
    path("company/export/start/", views.export_start, name="export_start"),
    path("company/export/<uuid:pk>/", views.export_file, name="export_file"),
    path("company/close/", views.company_close, name="company_close"),
    path("company/close/undo/", views.company_keep, name="company_keep"),
]
