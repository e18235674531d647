namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>The options of a fake API server.</summary>
public sealed record FakeApiOptions
{
    public bool Tls { get; init; } = true;

    /// <summary>The name in its certificate.</summary>
    public string CertificateName { get; init; } = "localhost";

    public bool CertificateHasLoopback { get; init; } = true;

    /// <summary>The required token, or null to require none.</summary>
    public string? Token { get; init; } = "first-token";

    /// <summary>
    /// The maximum number of objects in a page; a smaller limit of the client applies instead. A real server does not page
    /// lists from its cache.
    /// </summary>
    public int MostPerPage { get; init; } = int.MaxValue;

    /// <summary>Whether lists from the cache are paged too.</summary>
    public bool PagesCachedLists { get; init; }

    /// <summary>The interval of a watch's bookmarks. A real server sends one each minute.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public int Port { get; init; }

    /// <summary>Answers <c>pods/exec</c>. With it, the server also answers kubectl's other requests.</summary>
    public FakeExec? Exec { get; init; }
}
