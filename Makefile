CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# A build server left behind would hold files and memory of the next run.
export MSBUILDDISABLENODEREUSE := 1

.DEFAULT_GOAL := help
.PHONY: help build demo test format publish publish-arm64 clean loadtest fuzz

help: ## What there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## Build everything
	dotnet build ImdsProxy.sln -c $(CONFIGURATION)

demo: ## The tour: a fake IMDS, the proxy and made-up pods on this machine (the first build takes a minute)
	@echo "Building; the first time that takes a minute or two."
	@dotnet build proxy/Host -c $(CONFIGURATION) -v quiet --nologo
	@dotnet proxy/Host/bin/$(CONFIGURATION)/net10.0/imds-proxy.dll demo $(ARGS)

test: ## Build, check the format, run all tests; as root it installs what they need
	tests/install-tools.sh
	dotnet build ImdsProxy.sln -c $(CONFIGURATION) --nologo
	dotnet format ImdsProxy.sln --verify-no-changes --no-restore
	tests/run.sh $(CONFIGURATION)

fuzz: ## Fuzz all that reads hostile bytes, MINUTES=15 for each target, or one: TARGET=request
	tests/Fuzz/run.sh $(or $(MINUTES),15) $(TARGET)

format: ## Bring the code into shape
	dotnet format ImdsProxy.sln

publish: ## What the amd64 image holds, in artifacts/publish: one program, compiled ahead
	rm -rf artifacts/publish
	proxy/publish.sh amd64 artifacts/publish

publish-arm64: ## The same for arm64, in artifacts/publish-arm64
	rm -rf artifacts/publish-arm64
	proxy/publish.sh arm64 artifacts/publish-arm64

clean: ## Remove what was built
	rm -rf artifacts
	dotnet clean ImdsProxy.sln -v quiet --nologo

# smoke takes the proxy that the tests start: the one that is built with it, where IMDS_PROXY_PROGRAM names none.
loadtest: $(if $(filter smoke,$(SCENARIO)),,publish) ## Load tests, as root: peers and others, or one: SCENARIO=smoke, SCENARIO=peers ARGS=quick, SCENARIO=soak ARGS=30
	dotnet run --project loadtests -c Release -- $(or $(SCENARIO),all) $(ARGS)
