"""The worker's jobs: news of setups, files that run out or that nothing names, the search."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.jobs import TRY_AGAIN, app, each
from core.models import today
from customers.models import Customer, CustomerProfile, Submission, Upload, setup_news
from customers.search.index import recount

UNNAMED_KEPT = timedelta(days=1)  # a file is stored before the draft or submission that names it


@app.task(queue="default", retry=TRY_AGAIN)
def tell_reviewers(profile_id):
    profile = CustomerProfile.objects.select_related("customer", "supplier").get(pk=profile_id)
    submissions = list(Submission.objects.of(profile).waiting().order_by("answer__step__order"))
    # Since the job was queued, all may have been decided, or the connection may have ended.
    if submissions and profile.is_connected:
        with transaction.atomic():
            setup_news.tell_reviewers(profile, submissions, timezone.now())


@app.task(queue="default", retry=TRY_AGAIN)
def tell_suppliers(customer_id):
    setup_news.tell_each_supplier(Customer.objects.get(pk=customer_id))


@app.task(queue="default", retry=TRY_AGAIN)
def tell_supplier(profile_id):
    # None when the connection has ended since the job was queued.
    profile = (
        CustomerProfile.objects.connected()
        .select_related("customer", "supplier")
        .filter(pk=profile_id)
        .first()
    )
    if profile:
        with transaction.atomic():
            setup_news.tell_of_new_questions(profile, timezone.now())


@app.periodic(cron="20 7 * * *")
@app.task(queue="default", queueing_lock="tell_of_files")
def tell_of_files(timestamp):
    """Tell suppliers of files in their setups that run out within PORTAL_EXPIRY_DAYS."""
    now = timezone.now()
    until = today(now) + timedelta(days=settings.PORTAL_EXPIRY_DAYS)
    uploads = Upload.objects.running_out(until).select_related(
        "profile__customer", "profile__supplier"
    )
    each(uploads.iterator(), lambda upload: upload.tell_of_expiry(now=now))


@app.periodic(cron="10 4 * * *")
@app.task(queue="default", queueing_lock="recount_words")
def recount_words(timestamp):
    recount()


@app.periodic(cron="50 3 * * *")
@app.task(queue="default", queueing_lock="forget_uploads")
def forget_uploads(timestamp):
    old = Upload.objects.filter(uploaded_at__lt=timezone.now() - UNNAMED_KEPT)
    each(old.unnamed(), Upload.discard)
