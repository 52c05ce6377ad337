# make help shows what can be made.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench load lock ranker ablation

help: ## この一覧を出す
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## 必要なものを .venv に入れる

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit("Python 3.11 以上が必要です: make PYTHON=python3.12 setup") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/annai prepare
	@touch $(READY)

run: setup ## ボットを動かす(http://localhost:8000/)
	@$(BIN)/annai serve

test: setup ## テストをすべて動かす
	$(BIN)/python -m pytest

check: setup ## 案内のファイルと、コードの形・型・依存の向きを調べる
	$(BIN)/annai check
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## 速さと答えの質を、ほかの方法とくらべて測る
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.speed

load: setup ## LINEへの200の速さを、ほんもののgunicornに送りつづけて測る
	$(BIN)/python -m benchmarks.load

ranker: setup ## 順位づけの数を作りなおす(bot/matching/ranker.json)
	$(BIN)/python -m benchmarks.ranker.fit

ablation: setup ## それぞれの見方が何を足しているかをはかる
	$(BIN)/python -m benchmarks.ranker.ablation

lock: setup ## requirements.lock を作りなおす
	$(BIN)/uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade pyproject.toml -o requirements.lock
