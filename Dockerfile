FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/data HOST=0.0.0.0
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.txt \
    && useradd --system --no-create-home portal \
    && install -d -m 700 -o portal /data
COPY . .
RUN SECRET_KEY=build python manage.py compilecatalogues && SECRET_KEY=build python manage.py collectstatic --noinput
USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"
CMD ["python", "manage.py", "serve"]
