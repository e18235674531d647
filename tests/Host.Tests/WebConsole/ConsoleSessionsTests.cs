using ImdsProxy.TestKit;
using ImdsProxy.WebConsole;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.WebConsole;

public sealed class ConsoleSessionsTests
{
    private readonly ManualTime _time = new();
    private readonly ConsoleSessions _sessions;

    public ConsoleSessionsTests() => _sessions = new ConsoleSessions(_time);

    [Fact]
    public void Exchange_OneTimeToken_WorksOnce()
    {
        var token = _sessions.NewToken();

        var bearer = _sessions.Exchange(token).ShouldNotBeNull();

        bearer.Equals(token, StringComparison.Ordinal).ShouldBeFalse();
        _sessions.Exchange(token).ShouldBeNull();
        Allows($"Bearer {bearer}").ShouldBeTrue();
    }

    [Fact]
    public void Exchange_TokenAfterTenMinutes_IsRefused()
    {
        var token = _sessions.NewToken();
        _time.Advance(TimeSpan.FromMinutes(10));

        _sessions.Exchange(token).ShouldBeNull();
    }

    [Fact]
    public void Exchange_OldestOfManyTokens_IsRefused()
    {
        var oldest = _sessions.NewToken();
        var newest = Enumerable.Range(0, 16).Select(_ => _sessions.NewToken()).ToList()[^1];

        _sessions.Exchange(oldest).ShouldBeNull();
        _sessions.Exchange(newest).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public void Exchange_OtherText_IsRefused(string? token)
    {
        _sessions.NewToken();

        _sessions.Exchange(token).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Basic x")]
    public void Allows_OtherHeader_IsFalse(string header) => Allows(header).ShouldBeFalse();

    [Fact]
    public void Allows_OneTimeTokenAsBearer_IsFalse() => Allows($"Bearer {_sessions.NewToken()}").ShouldBeFalse();

    private bool Allows(string header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = header;
        return _sessions.Allows(context.Request);
    }
}
