CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# A build server that stays behind would hold files and memory that the next run needs.
export MSBUILDDISABLENODEREUSE := 1

.DEFAULT_GOAL := help
.PHONY: help build demo test test-images test-stores test-console format publish publish-arm64 clean loadtest fuzz

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## Build everything
	dotnet build ImdsProxy.sln -c $(CONFIGURATION)

demo: ## Play the tour: a fake IMDS, the proxy and simulated pods on this machine (the first build takes a minute)
	@echo "Building; the first time that takes a minute or two."
	@dotnet build proxy/Host -c $(CONFIGURATION) -v quiet --nologo
	@dotnet proxy/Host/bin/$(CONFIGURATION)/net10.0/imds-proxy.dll demo $(ARGS)

test: ## Build, check the format and run all tests; as root, install what the tests need
	tests/install-tools.sh
	dotnet build ImdsProxy.sln -c $(CONFIGURATION) --nologo
	dotnet format ImdsProxy.sln --verify-no-changes --no-restore
	tests/run.sh $(CONFIGURATION)

test-images: artifacts/publish/imds-proxy ## As root: build both images, run them as the chart does, and upgrade from an older version
	tests/install-tools.sh images
	dotnet build tests/Images.Tests -c $(CONFIGURATION) --nologo
	tests/Images.Tests/run.sh $(CONFIGURATION)

test-stores: ## Run the tests of the log stores: ClickHouse's engine, KQL and LogQL, from npm (half a gigabyte, cached)
	dotnet build tests/Stores.Tests -c $(CONFIGURATION) --nologo
	tests/run.sh $(CONFIGURATION) tests/Stores.Tests/Stores.Tests.csproj

test-console: ## Drive the console in Debian's Chromium
	tests/install-tools.sh console
	dotnet build tests/Console.Tests -c $(CONFIGURATION) --nologo
	tests/run.sh $(CONFIGURATION) tests/Console.Tests/Console.Tests.csproj

fuzz: ## Fuzz all code that reads hostile bytes, MINUTES=15 per target; one target only: TARGET=request
	tests/Fuzz/run.sh $(or $(MINUTES),15) $(TARGET)

format: ## Format the code
	dotnet format ImdsProxy.sln

publish: ## Compile the program of the amd64 image ahead of time, into artifacts/publish
	rm -rf artifacts/publish
	proxy/publish.sh amd64 artifacts/publish

# The tests' program, compiled again only if its sources are newer.
artifacts/publish/imds-proxy: $(shell find proxy -type f -not -path '*/bin/*' -not -path '*/obj/*') $(wildcard Directory.*.props) global.json policy.example.json
	rm -rf artifacts/publish
	proxy/publish.sh amd64 artifacts/publish
	touch $@

publish-arm64: ## Do the same for arm64, into artifacts/publish-arm64
	rm -rf artifacts/publish-arm64
	proxy/publish.sh arm64 artifacts/publish-arm64

clean: ## Remove all build output
	rm -rf artifacts
	dotnet clean ImdsProxy.sln -v quiet --nologo

# All scenarios but smoke run the program compiled ahead. smoke runs the one that the tests start: IMDS_PROXY_PROGRAM if it is set,
# otherwise the one built with the load tests.
loadtest: $(if $(filter smoke,$(SCENARIO)),,publish) ## Run the load tests, as root; one scenario only: SCENARIO=smoke, SCENARIO=peers ARGS=quick, SCENARIO=soak ARGS=30
	$(if $(filter smoke,$(SCENARIO)),,IMDS_PROXY_PROGRAM=$(CURDIR)/artifacts/publish/imds-proxy) dotnet run --project loadtests -c Release -- $(or $(SCENARIO),all) $(ARGS)
