using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>Runs after all others and one after the other, so that a flood disturbs no other test.</summary>
[CollectionDefinition(LimitedProxy.Alone, DisableParallelization = true)]
public sealed class MemoryCollection;
