"""The worker's part: news of setups, files that run out or that nothing names, the search."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.jobs import TRY_AGAIN, app, each
from core.models import today
from customers.models import Customer, CustomerProfile, Submission, Upload, setup_news
from customers.search.index import recount

UNNAMED_KEPT = timedelta(days=1)  # a file is stored before the draft that names it


@app.task(queue="default", retry=TRY_AGAIN)
def tell_reviewers(profile_id):
    """Write to the customer's reviewers what waits for them, unless it was decided meanwhile."""
    profile = CustomerProfile.objects.select_related("customer", "supplier").get(pk=profile_id)
    submissions = list(Submission.objects.of(profile).waiting().order_by("answer__step__order"))
    if submissions and profile.is_connected:
        with transaction.atomic():
            setup_news.tell_reviewers(profile, submissions, timezone.now())


@app.task(queue="default", retry=TRY_AGAIN)
def tell_suppliers(customer_id):
    """Queue a job for each connected supplier of a customer that asks for something new."""
    setup_news.tell_each_supplier(Customer.objects.get(pk=customer_id))


@app.task(queue="default", retry=TRY_AGAIN)
def tell_supplier(profile_id):
    """Tell a supplier that the customer asks for something new, while they are connected."""
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
    """Tell suppliers of files that they gave to customers and that run out within some days."""
    now = timezone.now()
    until = today(now) + timedelta(days=settings.PORTAL_EXPIRY_DAYS)
    uploads = Upload.objects.running_out(until).select_related(
        "profile__customer", "profile__supplier"
    )
    each(uploads.iterator(), lambda upload: upload.tell_of_expiry(now=now))


@app.periodic(cron="10 4 * * *")
@app.task(queue="default", queueing_lock="recount_words")
def recount_words(timestamp):
    """Bring the numbers of the search's vocabulary up to date."""
    recount()


@app.periodic(cron="50 3 * * *")
@app.task(queue="default", queueing_lock="forget_uploads")
def forget_uploads(timestamp):
    """Delete files that neither a draft nor a submission names, a day after they came."""
    each(
        Upload.objects.filter(uploaded_at__lt=timezone.now() - UNNAMED_KEPT).unnamed(),
        Upload.discard,
    )
