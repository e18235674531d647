using ImdsProxy.PolicySource;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.PolicySource;

public sealed class LastGoodStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("last-good-");

    public void Dispose() => _directory.Delete(recursive: true);

    private LastGoodStore Store() => new(Path.Combine(_directory.FullName, "state"), TimeProvider.System, NullLogger<LastGoodStore>.Instance);

    private static LastGoodPolicy Policy(string version, int minute = 0, string uid = "u") => new(
        "configmap a/b", uid, version, Noon.AddMinutes(minute), new Dictionary<string, string>(StringComparer.Ordinal) { ["policy.json"] = version });

    [Fact]
    public async Task Saved_IsLoadedByTheNextInstance()
    {
        await Store().SaveAsync(Policy("7"), CancellationToken.None);
        Store().Load()!.Texts["policy.json"].ShouldBe("7");
        Directory.GetFiles(Path.Combine(_directory.FullName, "state")).Length.ShouldBe(2);
    }

    [Fact]
    public void Nothing_IsNull() => Store().Load().ShouldBeNull();

    [Theory]
    [InlineData("101", 0, "u", "100", 1, "u", "101")]
    [InlineData("99", 0, "u", "100", 0, "u", "100")]
    [InlineData("500", 0, "u", "100", 30, "u", "100")]
    [InlineData("500", 0, "old", "100", 1, "new", "100")]
    [InlineData("500", 2, "old", "100", 1, "new", "500")]
    public async Task OfTwoInstances_WhatWasReceivedLaterStays(
        string firstVersion, int firstMinute, string firstUid, string secondVersion, int secondMinute, string secondUid, string expected)
    {
        await Store().SaveAsync(Policy(firstVersion, firstMinute, firstUid), CancellationToken.None);
        await Store().SaveAsync(Policy(secondVersion, secondMinute, secondUid), CancellationToken.None);
        Store().Load()!.Version.ShouldBe(expected);
    }

    [Fact]
    public async Task ManyInstancesAtOnce_LeaveTheNewestWhole()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(() => Store().SaveAsync(Policy($"{i}"), CancellationToken.None))));
        Store().Load()!.Version.ShouldBe("40");
    }

    [Fact]
    public async Task HalfWritten_IsNothing_AndIsWrittenOver()
    {
        await Store().SaveAsync(Policy("7"), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "state", "last-good-policy.json"), "{\"source\":");
        Store().Load().ShouldBeNull();
        await Store().SaveAsync(Policy("8"), CancellationToken.None);
        Store().Load()!.Version.ShouldBe("8");
    }
}
