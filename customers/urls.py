from django.urls import path
from django.views.generic import RedirectView

from customers.views import profiles

app_name = "customers"

urlpatterns = [
    path("setup/", RedirectView.as_view(pattern_name="customers:list"), name="setup"),
    path("setup/customers/", profiles.list, name="list"),
    path("setup/customers/<uuid:pk>/", profiles.profile, name="profile"),
    path("setup/customers/<uuid:pk>/end/", profiles.profile_end, name="profile_end"),
]
