using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class RedirectReportFileTests : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-report-");
    private readonly ManualTime _time = new();

    private string Path => System.IO.Path.Combine(_directory.FullName, "state.json");

    private RedirectReportFile File => new(Path, _time);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Report_OfRulesInPlace_IsValidOnlyUntilItsTime()
    {
        File.Tell(inPlace: true, Validity);

        File.Doubt().ShouldBeNull();
        _time.Advance(Validity);
        File.Doubt().ShouldBeNull();
        _time.Advance(TimeSpan.FromTicks(1));
        File.Doubt().ShouldNotBeNull().ShouldContain("last reported at 2026-11-21T04:30:00");
    }

    [Fact]
    public void Report_FromTheFuture_IsNotTrusted()
    {
        File.Tell(inPlace: true, Validity);
        _time.Advance(-TimeSpan.FromSeconds(1));

        File.Doubt().ShouldNotBeNull();
    }

    [Fact]
    public void Report_OfRulesNotInPlace_RaisesADoubt()
    {
        File.Tell(inPlace: true, Validity);
        File.Tell(inPlace: false, Validity);

        File.Doubt().ShouldBe("the redirect reports that not every rule is in place and effective");
    }

    [Fact]
    public void Report_MissingOrWithdrawn_RaisesADoubt()
    {
        File.Withdraw();
        File.Doubt().ShouldNotBeNull().ShouldContain("not reported yet");

        File.Tell(inPlace: true, Validity);
        File.Withdraw();

        File.Doubt().ShouldNotBeNull().ShouldContain("not reported yet");
        _directory.GetFiles().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"inPlace":true}""")]
    [InlineData("""{"inPlace":"true","at":"2026-11-21T04:30:00Z","until":"2026-11-21T05:30:00Z"}""")]
    [InlineData("""{"inPlace":true,"at":"2026-11-21T04:30:00Z","until":"2026-11-21T05""")]
    public void Report_Invalid_RaisesADoubt(string text)
    {
        System.IO.File.WriteAllText(Path, text);

        File.Doubt().ShouldNotBeNull();
    }

    [Fact]
    public void Report_IsReadableByAnotherUser()
    {
        File.Tell(inPlace: true, Validity);

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
