# One image for every role: lsal serve, lsal worker, lsal scheduler, and any other command of lsal.
#   docker build -t lsal . && docker run --rm lsal --help
# All of them together, with Label Studio, PostgreSQL and Valkey: see docker-compose.yml.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# What is needed at run time, in an environment without pip. Wheels only: a source distribution would
# fetch its build tools without a hash.
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv --without-pip /opt/lsal \
    && pip --python /opt/lsal/bin/python install --require-hashes --only-binary :all: -r requirements/runtime.txt

# What builds our wheel, in an environment that stays behind.
RUN python -m venv --without-pip /opt/build \
    && pip --python /opt/build/bin/python install --require-hashes --only-binary :all: -r requirements/build.txt

# The project itself last: a change of code installs nothing else anew.
COPY pyproject.toml README.md LICENSE ./
COPY plugin/ plugin/
COPY webhook_server/ webhook_server/
COPY templates/ templates/
COPY label_config/ label_config/
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
    && pip --python /opt/lsal/bin/python install --no-deps --no-index /dist/*.whl

FROM python:${PYTHON}-slim
# Numbers, so that Kubernetes can see that it is not root, and so that a bind mount can be given to it.
RUN groupadd --gid 10001 lsal \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin lsal \
    && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /opt/lsal /opt/lsal
ENV PATH="/opt/lsal/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STORE_URL=/data/store
# Root's, so that nobody can put a .env beside the process.
WORKDIR /opt/lsal
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8090
# No HEALTHCHECK: only `lsal serve` has an address to ask, see docker-compose.yml.
ENTRYPOINT ["lsal"]
CMD ["--help"]
