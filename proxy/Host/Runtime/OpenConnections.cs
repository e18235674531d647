namespace ImdsProxy.Runtime;

/// <summary>
/// Shares a bounded number of connections among callers. When all connections are taken, a newcomer displaces a
/// connection of the caller that has the most connections, so that a few greedy clients cannot keep the others out.
/// </summary>
/// <param name="max">The maximum number of connections in all.</param>
/// <param name="maxPerAddress">The maximum number of connections of one caller.</param>
internal sealed class OpenConnections(int max, int maxPerAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CallerKey, AddressUse> _uses = [];
    private int _count;

    /// <summary>Admits a connection, or returns the reason why it is refused.</summary>
    /// <param name="newcomer">The connection.</param>
    /// <param name="displaced">The connection that must make room, if any. The caller of this method ends it.</param>
    public Admission TryAdd(OpenConnection newcomer, out OpenConnection? displaced)
    {
        displaced = null;
        lock (_gate)
        {
            var own = _uses.GetValueOrDefault(newcomer.Caller);
            var held = own?.Connections.Count ?? 0;
            if (held >= maxPerAddress)
            {
                return Admission.AddressIsFull;
            }

            if (_count >= max)
            {
                displaced = Displaceable(held);
                if (displaced is null)
                {
                    return Admission.ListenerIsFull;
                }

                Take(displaced);
            }

            newcomer.Use = own ?? (_uses[newcomer.Caller] = new AddressUse());
            newcomer.Use.Connections.Add(newcomer);
            _count++;
            return Admission.Admitted;
        }
    }

    /// <summary>Removes a connection that is over.</summary>
    public void Remove(OpenConnection connection)
    {
        lock (_gate)
        {
            Take(connection);
        }

        connection.End();
    }

    // Does nothing if the connection was already displaced.
    private void Take(OpenConnection connection)
    {
        if (connection.Use is not { } use || !use.Connections.Remove(connection))
        {
            return;
        }

        _count--;
        if (use.Connections.Count == 0)
        {
            _uses.Remove(connection.Caller);
        }
    }

    // The address must have at least two connections more than the newcomer's. With only one more, the two addresses would
    // displace each other's connections for ever.
    private OpenConnection? Displaceable(int heldByNewcomer) =>
        _uses.Values.MaxBy(static use => use.Connections.Count) is { } largest && largest.Connections.Count >= heldByNewcomer + 2
            ? largest.Connections.MinBy(static connection => (connection.IsIdle ? 0 : 1, connection.LastUsed))
            : null;
}
