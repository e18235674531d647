using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class OpenConnectionsTests
{
    private readonly OpenConnections _open = new(max: 6, maxPerAddress: 4);
    private long _now;

    [Fact]
    public void Address_AtItsLimit_GetsNoMoreConnections()
    {
        Add(1, 4);
        _open.TryAdd(New(1), out var displaced).ShouldBe(Admission.AddressIsFull);
        displaced.ShouldBeNull();
    }

    [Theory]
    [InlineData(new[] { 4, 2 }, 0, 1)]
    [InlineData(new[] { 2, 4 }, 0, 2)]
    [InlineData(new[] { 1, 1, 3 }, 1, 3)]
    [InlineData(new[] { 4, 1 }, 1, 1)]
    public void NewCaller_WhenAllConnectionsAreTaken_DisplacesTheLargestHolder(int[] held, int heldByNewcomer, int loser)
    {
        for (var i = 0; i < held.Length; i++)
        {
            Add(i + 1, held[i]);
        }

        Add(9, heldByNewcomer);
        _open.TryAdd(New(9), out var displaced).ShouldBe(Admission.Admitted);
        displaced.ShouldNotBeNull().Caller.Address.ShouldBe(Address(loser));
    }

    // Otherwise two callers would close each other's connections for ever.
    [Fact]
    public void NewCaller_WhenNoCallerHasManyMore_IsRefused()
    {
        for (var address = 1; address <= 6; address++)
        {
            Add(address, 1);
        }

        _open.TryAdd(New(9), out _).ShouldBe(Admission.ListenerIsFull);
    }

    [Fact]
    public void DisplacedConnection_IsTheOneIdleForLongest()
    {
        var all = Add(1, 4);
        Add(2, 2);
        all[0].RequestBegins(_now++);
        all[2].RequestBegins(_now++);
        all[2].RequestEnds();
        _open.TryAdd(New(9), out var displaced).ShouldBe(Admission.Admitted);
        displaced.ShouldBe(all[1]);
    }

    [Fact]
    public async Task RemovedConnection_LeavesRoomAndNotifiesWaiters()
    {
        var all = Add(1, 4);
        Add(2, 2);
        _open.TryAdd(New(9), out var displaced);
        var waits = displaced.ShouldNotBeNull().EndsWithinAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        waits.IsCompleted.ShouldBeFalse();
        _open.Remove(displaced);
        (await waits).ShouldBeTrue();
        _open.Remove(all.First(connection => connection != displaced));
        _open.TryAdd(New(3), out var second).ShouldBe(Admission.Admitted);
        second.ShouldBeNull();
    }

    private static IPAddress Address(int number) => new([10, 0, 0, (byte)number]);

    private List<OpenConnection> Add(int address, int count)
    {
        var added = Enumerable.Range(0, count).Select(_ => New(address)).ToList();
        added.ForEach(connection => _open.TryAdd(connection, out _).ShouldBe(Admission.Admitted));
        return added;
    }

    private OpenConnection New(int address) => new(new DefaultConnectionContext(), Address(address), _now++);
}
