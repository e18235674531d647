namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>How a fake API server is.</summary>
public sealed record FakeApiOptions
{
    public bool Tls { get; init; } = true;

    /// <summary>The name in its certificate.</summary>
    public string CertificateName { get; init; } = "localhost";

    public bool CertificateHasLoopback { get; init; } = true;

    /// <summary>The token it wants, or null for none.</summary>
    public string? Token { get; init; } = "first-token";

    /// <summary>The most objects of a page; the client's limit counts where it is less. A real one pages no list from its cache.</summary>
    public int MostPerPage { get; init; } = int.MaxValue;

    /// <summary>Whether lists from the cache are paged too.</summary>
    public bool PagesCachedLists { get; init; }

    /// <summary>How often watches get a bookmark; a real one does so each minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public int Port { get; init; }
}
