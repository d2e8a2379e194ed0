# Thin wrappers over bin/cdc. Works on the project directory that make is started in: the one with connectors/.
# Targets for databases are made from the connector files that are there.

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.SUFFIXES:

home := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
cdc := '$(home)bin/cdc'
packages := $(home)node_modules/.package-lock.json

sources := $(patsubst connectors/sources/mariadb/%.json,%,$(wildcard connectors/sources/mariadb/*.json))
sinks := $(patsubst connectors/sinks/postgres/%.json,%,$(wildcard connectors/sinks/postgres/*.json))
verbs := register restart unregister
source_targets := $(foreach verb,$(verbs),$(sources:%=$(verb)-%-source))
sink_targets := $(foreach verb,$(verbs),$(sinks:%=$(verb)-%-sink))

.PHONY: help connectors connector-status worker demo test check connect-up connect-down $(source_targets) $(sink_targets)

help:
	@echo 'make connectors                     list all connectors with their state'
	@echo 'make connector-status C=<name>      show one connector with its whole error'
	@echo 'make worker                         run the embedded worker in this terminal'
	@echo 'make demo                           see the whole thing work, with servers of its own'
	@echo 'make test | check                   run all tests | types, lint, format, structure'
	@echo 'make connect-up | connect-down      start Kafka, Kafka Connect and two databases to try that runtime | stop them'
	@echo
	@echo 'make register-<database>-source     create or update the source connector from its file'
	@echo 'make register-<database>-sink       create or update the sink connector from its file'
	@echo 'make restart-<database>-source      update it from its file and restart what failed; the position is kept'
	@echo 'make restart-<database>-sink        the same for the sink'
	@echo 'make unregister-<database>-source   delete the connector; its position is kept'
	@echo 'make unregister-<database>-sink     the same for the sink'
	@echo
	@echo 'sources: $(or $(sources),none yet: cdc new <database>)'
	@echo 'sinks:   $(or $(sinks),none yet: cdc new <database>)'
	@echo
	@echo 'More, for instance migrate, verify, status and wait: bin/cdc --help'

connectors: $(packages)
	@$(cdc) connectors

connector-status: $(packages)
	@if [ -z '$(C)' ]; then \
	  echo 'error[CDC-C01] make connector-status: the connector is not named' >&2; \
	  echo '  fix: make connector-status C=<name>    (make connectors lists the names)' >&2; \
	  exit 64; \
	fi
	@$(cdc) connector-status '$(C)'

worker: $(packages)
	@exec $(cdc) worker

demo: $(packages)
	@cd '$(home)' && npm run -s demo

test: $(packages)
	@cd '$(home)' && npm test

connect-up connect-down: connect-%: $(packages)
	@cd '$(home)' && npm run -s connect-stack -- $*

check: $(packages)
	@cd '$(home)' && npm run -s check

# What is not among the files gets its error, with the names that look alike, from cdc.
define connector_rules
$(filter $(1)-%,$(source_targets)): $(1)-%-source: $(packages)
	@$(cdc) $(1) source '$$*'

$(filter $(1)-%,$(sink_targets)): $(1)-%-sink: $(packages)
	@$(cdc) $(1) sink '$$*'

$(1)-%-source: $(packages)
	@$(cdc) $(1) source '$$*'

$(1)-%-sink: $(packages)
	@$(cdc) $(1) sink '$$*'
endef
$(foreach verb,$(verbs),$(eval $(call connector_rules,$(verb))))

$(packages): $(home)package-lock.json
	@if ! command -v npm >/dev/null 2>&1; then \
	  echo 'error[CDC-C00] make: Node and npm were not found' >&2; \
	  echo '  why: cdc runs on Node; npm installs the right version of it with the other packages' >&2; \
	  echo '  fix: apt-get install -y nodejs npm' >&2; \
	  exit 69; \
	fi
	@echo 'installing packages: npm ci' >&2
	@cd '$(home)' && npm ci --loglevel=error >&2 && touch '$@'
