using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Audit.Ocsf;

/// <summary>The kinds of API activity, as class 6003 numbers them.</summary>
internal static class OcsfActivity
{
    public const int Unknown = 0;
    public const int Create = 1;
    public const int Read = 2;
    public const int Update = 3;
    public const int Other = 99;

    /// <summary>Returns the kind of a request.</summary>
    public static int Of(string? method, string? path) => method switch
    {
        null => Unknown,
        "GET" or "HEAD" => Read,
        "POST" when path is not null && ImdsEndpoints.Find(path).IssuesCredential => Create,
        "POST" or "PUT" or "PATCH" => Update,
        _ => Other,
    };

    public static string Name(int activity) => activity switch
    {
        Unknown => "Unknown",
        Create => "Create",
        Read => "Read",
        Update => "Update",
        _ => "Other",
    };
}
