namespace ImdsProxy.Redirect.Rules;

/// <summary>How much of the rules is wanted.</summary>
internal enum RedirectState
{
    /// <summary>Everything: without a proxy there is no IMDS.</summary>
    Closed,

    /// <summary>DNAT and the guards for IMDS in FORWARD are lifted, because the proxy is down and that was asked for.</summary>
    Lifted,

    /// <summary>Nothing, because an override says so.</summary>
    Off,
}
