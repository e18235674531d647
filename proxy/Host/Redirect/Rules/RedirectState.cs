namespace ImdsProxy.Redirect.Rules;

/// <summary>Which of the rules are wanted.</summary>
internal enum RedirectState
{
    /// <summary>All rules. Without the proxy, pods cannot reach IMDS.</summary>
    Closed,

    /// <summary>
    /// All rules except the DNAT and the IMDS guards for forwarded packets, because the proxy is down and <c>--when-down</c> is
    /// open.
    /// </summary>
    Lifted,

    /// <summary>No rules, because an override is in force.</summary>
    Off,
}
