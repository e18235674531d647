namespace ImdsProxy.Listen;

/// <summary>Counts connections.</summary>
internal interface IConnectionObserver
{
    void Opened();

    void Closed();

    void Refused(ConnectionRefusal why);
}
