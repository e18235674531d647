using ImdsProxy.Commands;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class AuditCommandTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("search DIR --pod fluent-bit-qg7vq", 0)]
    [InlineData("search DIR --pod nobody", 1)]
    [InlineData("search DIR --not --pod nobody -n logging --verdict allowed --verdict denied", 0)]
    [InlineData("search DIR --kind request --not --verdict allowed", 1)]
    [InlineData("search DIR no-such-text-anywhere", 1)]
    [InlineData("search DIR metadata --last 2 -o table", 0)]
    [InlineData("search DIR --fields time,pod -o csv", 0)]
    [InlineData("search DIR --not --issued", 0)]
    [InlineData("search DIR --issued", 1)]
    [InlineData("search DIR --not", 2)]
    [InlineData("search DIR --not --last 3", 2)]
    [InlineData("search DIR --fields colour -o csv", 2)]
    [InlineData("search DIR --last 0", 2)]
    [InlineData("search DIR --last 10001", 2)]
    [InlineData("search DIR --first x", 2)]
    [InlineData("search DIR --first 1", 0)]
    [InlineData("search DIR --status abc", 2)]
    [InlineData("search DIR --since whenever", 2)]
    [InlineData("search /no/such/directory", 2)]
    [InlineData("search DIR --management 127.0.0.1:1", 2)]
    [InlineData("stats DIR --by time:5m,verdict", 0)]
    [InlineData("stats DIR --by colour", 2)]
    [InlineData("verify DIR", 0)]
    [InlineData("verify /no/such/directory", 2)]
    public async Task AuditCommand_ByItsArguments_ExitsWithItsCode(string arguments, int exitCode)
    {
        await _directory.WriteAsync(3, caller: Records.PodOf("fluent-bit-qg7vq"));

        string[] args = ["audit", .. arguments.Split(' ').Select(word => word == "DIR" ? _directory.Path : word)];

        (await RootCommandLine.InvokeAsync(args)).ShouldBe(exitCode);
    }
}
