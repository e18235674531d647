using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>These tests run after all others and one at a time, so that a flood disturbs no other test.</summary>
[CollectionDefinition(LimitedProxy.Alone, DisableParallelization = true)]
public sealed class MemoryCollection;
