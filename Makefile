SHELL := /bin/bash
CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.DEFAULT_GOAL := help
.PHONY: help build demo format

help: ## What there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## Build everything
	dotnet build ImdsProxy.sln -c $(CONFIGURATION)

demo: ## A tour on loopback, then it stays up (DEMO=--exit ends it); the first build takes a minute or two
	@echo "Building (the first time takes a minute or two)…"
	@dotnet build proxy/Host -c $(CONFIGURATION) -v quiet -clp:NoSummary
	@exec dotnet proxy/Host/bin/$(CONFIGURATION)/net10.0/imds-proxy.dll demo $(DEMO)

format: ## Bring the code into shape
	dotnet format ImdsProxy.sln
