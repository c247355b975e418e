from django.urls import path
from django.views.generic import RedirectView

from core import converters  # noqa: F401 - brings <token:…>
from customers.views import members, profiles, reviews, steps

app_name = "customers"

urlpatterns = [
    path("setup/", RedirectView.as_view(pattern_name="customers:list"), name="setup"),
    path("setup/customers/", profiles.profile_list, name="list"),
    path("setup/customers/<uuid:pk>/", profiles.profile, name="profile"),
    path("setup/customers/<uuid:pk>/end/", profiles.profile_end, name="profile_end"),
    # a customer's steps
    path("setup/customers/<uuid:pk>/steps/<uuid:step_pk>/", steps.step, name="step"),
    path("setup/customers/<uuid:pk>/steps/<uuid:step_pk>/save/", steps.step_save, name="step_save"),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/submit/",
        steps.step_submit,
        name="step_submit",
    ),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/files/<uuid:question>/remove/",
        steps.step_file_remove,
        name="step_file_remove",
    ),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/files/<uuid:question>/keep/",
        steps.step_document,
        name="step_document",
    ),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/hand-over/",
        steps.step_hand,
        name="step_hand",
    ),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/details/",
        steps.step_details,
        name="step_details",
    ),
    path(
        "setup/customers/<uuid:pk>/steps/<uuid:step_pk>/versions/<int:number>/",
        steps.submission,
        name="submission",
    ),
    path("setup/files/<uuid:pk>/", steps.upload, name="upload"),
    # the team
    path(
        "setup/admin/members/<uuid:key>/customers/",
        members.member_customers,
        name="member_customers",
    ),
    # the reviewer's link
    path("v/<token:token>/", reviews.review, name="review"),
    path("v/<token:token>/code/", reviews.review_code, name="review_code"),
    path("v/<token:token>/open/", reviews.review_open, name="review_open"),
    path("v/<token:token>/renew/", reviews.review_renew, name="review_renew"),
    path("v/<token:token>/<uuid:pk>/approve/", reviews.review_approve, name="review_approve"),
    path("v/<token:token>/<uuid:pk>/return/", reviews.review_return, name="review_return"),
    path("v/<token:token>/files/<uuid:pk>/", reviews.review_file, name="review_file"),
]
