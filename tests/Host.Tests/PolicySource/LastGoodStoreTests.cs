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

    private string State => Path.Combine(_directory.FullName, "state");

    private LastGoodStore Store(string? release = null, bool closed = false) =>
        new(State, TimeProvider.System, NullLogger<LastGoodStore>.Instance) { Release = release, IsClosed = () => closed };

    private static LastGoodPolicy Policy(string version, int minute = 0, string uid = "u") => new(
        "configmap a/b", uid, version, Noon.AddMinutes(minute), new Dictionary<string, string>(StringComparer.Ordinal) { ["policy.json"] = version });

    [Fact]
    public async Task SavedPolicy_IsLoadedByTheNextInstance()
    {
        await Store().SaveAsync(Policy("7"), CancellationToken.None);
        Store().Load()!.Texts["policy.json"].ShouldBe("7");
        Directory.GetFiles(Path.Combine(_directory.FullName, "state")).Length.ShouldBe(2);
    }

    [Fact]
    public void NothingSaved_LoadsNull() => Store().Load().ShouldBeNull();

    [Theory]
    [InlineData("101", 0, "u", "100", 1, "u", "101")]
    [InlineData("99", 0, "u", "100", 0, "u", "100")]
    [InlineData("500", 0, "u", "100", 30, "u", "100")]
    [InlineData("500", 0, "old", "100", 1, "new", "100")]
    [InlineData("500", 2, "old", "100", 1, "new", "500")]
    public async Task TwoInstances_KeepTheNewerPolicy(
        string firstVersion, int firstMinute, string firstUid, string secondVersion, int secondMinute, string secondUid, string expected)
    {
        await Store().SaveAsync(Policy(firstVersion, firstMinute, firstUid), CancellationToken.None);
        await Store().SaveAsync(Policy(secondVersion, secondMinute, secondUid), CancellationToken.None);
        Store().Load()!.Version.ShouldBe(expected);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData(null, null, true)]
    [InlineData("a", "b", false)]
    [InlineData("a", null, false)]
    [InlineData(null, "a", false)]
    public async Task KeptPolicy_BelongsToOneRelease(string? kept, string? asked, bool isLoaded)
    {
        await Store(kept).SaveAsync(Policy("7"), CancellationToken.None);

        (Store(asked).Load() is not null).ShouldBe(isLoaded);
    }

    // After a restore of the API server, a new release's resourceVersions may be lower.
    [Fact]
    public async Task KeptPolicy_OfAnEarlierRelease_IsOverwritten()
    {
        await Store("before").SaveAsync(Policy("100"), CancellationToken.None);
        await Store("now").SaveAsync(Policy("7", minute: 1), CancellationToken.None);

        Store("now").Load()!.Version.ShouldBe("7");
    }

    [Fact]
    public async Task KeptPolicy_AtAnUninstall_IsDeletedAndNotKeptAgain()
    {
        await Store("before").SaveAsync(Policy("7"), CancellationToken.None);
        await Store("now").ForgetAsync(CancellationToken.None);
        await Store("now", closed: true).SaveAsync(Policy("8"), CancellationToken.None);

        File.Exists(Path.Combine(State, "last-good-policy.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task Forget_WithoutAKeptPolicy_CreatesNoDirectory()
    {
        await Store().ForgetAsync(CancellationToken.None);

        Directory.Exists(State).ShouldBeFalse();
    }

    [Fact]
    public async Task ManyInstancesAtOnce_KeepTheNewestIntact()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(() => Store().SaveAsync(Policy($"{i}"), CancellationToken.None))));
        Store().Load()!.Version.ShouldBe("40");
    }

    [Fact]
    public async Task HalfWrittenFile_IsIgnoredAndOverwritten()
    {
        await Store().SaveAsync(Policy("7"), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "state", "last-good-policy.json"), "{\"source\":");
        Store().Load().ShouldBeNull();
        await Store().SaveAsync(Policy("8"), CancellationToken.None);
        Store().Load()!.Version.ShouldBe("8");
    }
}
