namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>The dimensions of workloads, in the order in which they are split. Most rules differ in the first.</summary>
internal static class Dimension
{
    public const int Namespace = 0;
    public const int ServiceAccount = 1;
    public const int Owner = 2;

    /// <summary>All labels; each key is a dimension of its own.</summary>
    public const int Labels = 3;

    /// <summary>The noun for a dimension's names, for messages.</summary>
    public static string Noun(int dimension) => dimension switch
    {
        Namespace => "namespace",
        ServiceAccount => "service account",
        _ => "owner",
    };

    /// <summary>The ending of a made-up name.</summary>
    public static string Ending(int dimension) => dimension == Owner ? "Other/other" : "other";
}
