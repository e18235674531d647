using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
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

    private static readonly IPEndPoint Nobody = new(IPAddress.None, 0);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(128);

    private readonly ListenOptions _options;
    private readonly ListenerParts _parts;
    private readonly OpenConnections _open;
    private readonly ConcurrentDictionary<CallerConnection, byte> _running = new();
    private readonly SlowReaders _slow;
    private readonly HostGate? _host;
    private readonly ITimer _looks;
    private int _held;
    private int _waiting;

    public CallerGate(ListenOptions options, ListenerParts parts)
    {
        (_options, _parts) = (options, parts);
        _host = parts.Host is { } host ? new HostGate(host, parts) : null;
        _open = new OpenConnections(options.MaxConnections - (_host is null ? 0 : ListenOptions.NodeConnections), options.MaxConnectionsPerCaller);
        _slow = new SlowReaders(options.ReadTimeout, parts.Time);
        _looks = parts.Time.CreateTimer(static gate => ((CallerGate)gate!).EndSlowReaders(), this, _slow.Interval, _slow.Interval);
    }

    /// <summary>Runs an admitted connection; ends any other connection at once.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        var client = connection.RemoteEndPoint as IPEndPoint ?? Nobody;
        var pod = _parts.PodAt(client.Address);
        if (pod is null && socket is not null && _host?.IsLocal(client.Address) == true)
        {
            await RunLocalAsync(connection, next, socket, client);
            return;
        }

        if (_options.RequireOriginalDestination && !IsRedirected(socket))
        {
            Refuse(connection, ConnectionRefusal.NotRedirected);
            return;
        }

        var address = client.Address;
        var open = new OpenConnection(connection, address, _parts.Time.GetTimestamp());
        if (!await AdmitAsync(connection, open))
        {
            return;
        }

        using var tail = SocketTail.Of(socket);
        var index = socket is null ? 0 : ConnectionOrigin.InterfaceIndex(socket);
        await RunAsync(connection, next, new CallerConnection(open.Use!, index, InterfaceNames.Of(index), pod)
        {
            Open = open,
            Tail = tail,
            IsInterfaceEvidence = _parts.IsOfOnePod(index),
        });
    }

    /// <summary>Waits until the node's own traffic is no longer redirected here.</summary>
    public Task LeaveAsync(CancellationToken timeUp) => _host?.LeaveAsync(timeUp) ?? Task.CompletedTask;

    public void Dispose() => _looks.Dispose();

    // A connection from the node's network reaches the pipeline only if it was redirected, and only with its owner.
    private async Task RunLocalAsync(ConnectionContext connection, ConnectionDelegate next, Socket socket, IPEndPoint client)
    {
        if (!IsRedirected(socket))
        {
            await _host!.AnswerDirectAsync(connection, socket, client);
            return;
        }

        switch (await _host!.FindAsync(connection, socket, client, open => AdmitAsync(connection, open), _open.Remove))
        {
            case null:
                break;
            case SocketOwner.Proxy:
                Refuse(connection, ConnectionRefusal.Loop);
                break;
            case SocketOwner.OfNode node:
                await _host.RelayAsync(connection, client, node);
                break;
            case var owner:
                await RunHostPodAsync(connection, next, socket, new OpenConnection(connection, HostGate.KeyOf(client, owner), _parts.Time.GetTimestamp()), owner);
                break;
        }
    }

    private async Task RunHostPodAsync(ConnectionContext connection, ConnectionDelegate next, Socket socket, OpenConnection open, SocketOwner owner)
    {
        if (await AdmitAsync(connection, open))
        {
            using var tail = SocketTail.Of(socket);
            await RunAsync(connection, next, new CallerConnection(open.Use!, 0, null) { Open = open, Tail = tail, Owner = owner });
        }
    }

    private static bool IsRedirected(Socket? socket) => socket is not null && Imds.Equals(ConnectionOrigin.OriginalDestination(socket));

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
        var hasEnded = Interlocked.Increment(ref _waiting) <= ListenOptions.WaitingConnections
            && await displaced.EndsWithinAsync(_options.CloseTimeout * 2, _parts.Time);
        Interlocked.Decrement(ref _waiting);
        if (hasEnded)
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
