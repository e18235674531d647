using System.Collections.Concurrent;
using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ImdsProxy.Listen;

/// <summary>
/// Admits connections. If the options require it, admits only connections that came through the redirect. Limits the connections of
/// one source address, so that no pod can use up all of them. Ends connections whose clients do not read.
/// </summary>
internal sealed class CallerGate : IDisposable
{
    /// <summary>The address that pods connect to. The redirect sends no other traffic here.</summary>
    private static readonly IPEndPoint Imds = new(new IPAddress([169, 254, 169, 254]), 80);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(128);

    private readonly ListenOptions _options;
    private readonly ListenerParts _parts;
    private readonly OpenConnections _open;
    private readonly ConcurrentDictionary<CallerConnection, byte> _running = new();
    private readonly SlowReaders _slow;
    private readonly ITimer _looks;
    private int _held;

    public CallerGate(ListenOptions options, ListenerParts parts)
    {
        (_options, _parts) = (options, parts);
        _open = new OpenConnections(options.MaxConnections, options.MaxConnectionsPerCaller);
        _slow = new SlowReaders(options.ReadTimeout, parts.Time);
        _looks = parts.Time.CreateTimer(static gate => ((CallerGate)gate!).EndSlowReaders(), this, _slow.Interval, _slow.Interval);
    }

    /// <summary>Runs an admitted connection; ends any other connection at once.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (_options.RequireOriginalDestination && (socket is null || !Imds.Equals(ConnectionOrigin.OriginalDestination(socket))))
        {
            Refuse(connection, ConnectionRefusal.NotRedirected);
            return;
        }

        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var pod = _parts.PodAt(address);
        var open = new OpenConnection(connection, address, _parts.Time.GetTimestamp());
        if (!await AdmitAsync(connection, open))
        {
            return;
        }

        using var tail = SocketTail.Of(socket);
        var index = socket is null ? 0 : ConnectionOrigin.InterfaceIndex(socket);
        await RunAsync(connection, next, new CallerConnection(open.Use!, index, InterfaceNames.Of(index), pod) { Open = open, Tail = tail });
    }

    public void Dispose() => _looks.Dispose();

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, CallerConnection caller)
    {
        connection.Features.Set(caller);
        _running.TryAdd(caller, 0);
        _parts.Observer.Opened();
        try
        {
            await next(connection);
        }
        finally
        {
            // Makes the transport send the rest and close now. Otherwise the transport would wait for this method to end, and this method
            // waits for the client (below).
            await connection.Transport.Input.CompleteAsync();
            await connection.Transport.Output.CompleteAsync();
            if (caller.Tail is { } tail)
            {
                await DrainAsync(connection, tail);
            }

            _running.TryRemove(caller, out _);
            _open.Remove(caller.Open!);
            _parts.Observer.Closed();
        }
    }

    private async ValueTask<bool> AdmitAsync(ConnectionContext connection, OpenConnection open)
    {
        var admission = _open.TryAdd(open, out var displaced);
        if (admission == Admission.AddressIsFull)
        {
            await RefuseLaterAsync(connection, ConnectionRefusal.CallerLimit);
            return false;
        }

        if (admission != Admission.Admitted)
        {
            Refuse(connection, ConnectionRefusal.TotalLimit);
            return false;
        }

        if (displaced is null)
        {
            return true;
        }

        // The new connection waits until the memory of the displaced connection is free. A waiting connection costs little.
        _parts.Observer.Refused(ConnectionRefusal.Displaced);
        displaced.Abort("made room for a caller with fewer connections");
        if (await displaced.EndsWithinAsync(_options.CloseTimeout * 2, _parts.Time))
        {
            return true;
        }

        _open.Remove(open);
        Refuse(connection, ConnectionRefusal.TotalLimit);
        return false;
    }

    // A connection counts until the kernel holds no more data for it. Otherwise a client could leave behind any number of closed
    // connections with unread answers.
    private async Task DrainAsync(ConnectionContext connection, SocketTail tail)
    {
        var began = _parts.Time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(1); !tail.IsOver(); pause = pause < LongestPause ? pause * 2 : pause)
        {
            if (_parts.Time.GetElapsedTime(began) > _options.CloseTimeout)
            {
                connection.Abort(new ConnectionAbortedException("the client does not read the end of its answer"));
                break;
            }

            await Task.Delay(pause, _parts.Time);
        }

        tail.Dispose();
    }

    private void Refuse(ConnectionContext connection, ConnectionRefusal why)
    {
        _parts.Observer.Refused(why);
        connection.Abort(new ConnectionAbortedException("refused"));
    }

    // A caller that reconnects immediately after each refusal would take processor time from other callers, so refusals are delayed.
    private async Task RefuseLaterAsync(ConnectionContext connection, ConnectionRefusal why)
    {
        if (Interlocked.Increment(ref _held) <= ListenOptions.HeldConnections)
        {
            await Task.Delay(ListenOptions.RefusalPause, _parts.Time, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Decrement(ref _held);
        Refuse(connection, why);
    }

    private void EndSlowReaders()
    {
        foreach (var (connection, _) in _running)
        {
            if (_slow.IsTooSlow(connection))
            {
                _parts.Observer.Refused(ConnectionRefusal.SlowReader);
                connection.Open!.Abort("the client does not read its answers");
            }
        }
    }
}
