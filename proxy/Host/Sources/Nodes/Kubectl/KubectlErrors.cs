namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>The reason for a failure, from what kubectl and the program on the node wrote to stderr.</summary>
internal static class KubectlErrors
{
    private const string Own = "imds-proxy: ";
    private const string Unknown = "Unrecognized command or argument";

    /// <summary>Returns one sentence.</summary>
    public static string Reason(int code, string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsReason).ToList();
        return lines.Find(static line => line.StartsWith(Own + Unknown, StringComparison.Ordinal)) is { } unknown
            ? $"its version does not know this search ({Short(unknown).Split(". ")[0]}); upgrade the proxy on it"
            : lines is [.., var last] ? Short(last)
            : $"kubectl ended with exit code {code}";
    }

    // kubectl ends with the remote exit code, and every usage error with the same hint.
    private static bool IsReason(string line) =>
        !line.StartsWith("command terminated with exit code", StringComparison.Ordinal) && !line.EndsWith("use --help to see the usage", StringComparison.Ordinal);

    private static string Short(string line)
    {
        var text = line.StartsWith(Own, StringComparison.Ordinal) ? line[Own.Length..] : line;
        return (text.Length > 300 ? text[..300] : text).TrimEnd('.');
    }
}
