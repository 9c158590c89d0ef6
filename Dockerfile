FROM python:3.11-slim

RUN useradd --create-home shopdesk
WORKDIR /app
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot ./bot
COPY engine ./engine
COPY knowledge_base ./knowledge_base
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m pip install --no-cache-dir --extra-index-url ${TORCH_INDEX} "torch>=2.13,<2.14"
RUN python -m pip install --no-cache-dir ".[postgres]"
USER shopdesk
RUN mkdir -p /home/shopdesk/.shopdesk /home/shopdesk/.cache/shopdesk
CMD ["shopdesk", "run"]
