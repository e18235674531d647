using ImdsProxy.Redirect.Kernel;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class OtherInterceptorsTests : IDisposable
{
    private readonly DirectoryInfo _settings = Directory.CreateTempSubdirectory("ipv4-conf");

    public void Dispose() => _settings.Delete(recursive: true);

    [Theory]
    [InlineData("0", "1", "")]
    [InlineData("1", "0", "")]
    [InlineData("1", "1", "default, eth0")]
    public void SourceRouting_OfAnInterface_NeedsTheSettingOfAllToo(string all, string others, string expected)
    {
        foreach (var (name, value) in new[] { ("all", all), ("default", others), ("eth0", others), ("lo", "0") })
        {
            File.WriteAllText(Path.Combine(_settings.CreateSubdirectory(name).FullName, "accept_source_route"), value + "\n");
        }

        _settings.CreateSubdirectory("gone");
        string.Join(", ", SourceRouting.Interfaces(_settings.FullName)).ShouldBe(expected);
    }

    [Fact]
    public void Interceptors_None_GiveNoFindings()
    {
        var found = OtherInterceptors.Of([], null, []);
        found.Blockers.ShouldBeEmpty();
        found.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void NativeChains_Unreadable_AreANote() =>
        OtherInterceptors.Of([], "no netlink socket", []).Notes.ShouldBe(["native nftables chains could not be checked: no netlink socket"]);

    [Fact]
    public void SourceRouting_OnManyInterfaces_NamesSomeAndCountsTheRest() =>
        OtherInterceptors.Of([], null, [.. Enumerable.Range(1, 10).Select(i => $"azv{i}")]).Notes.Single()
            .ShouldContain("azv8 and 2 more): only the guard in mangle POSTROUTING");
}
