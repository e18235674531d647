using ImdsProxy.Commands.Flags;

namespace ImdsProxy.Commands.Policy;

/// <summary>Says in one way why a file that a command was given cannot be read.</summary>
internal static class InputFailure
{
    /// <summary>The failure, which names the path as it was given.</summary>
    public static IOException Of(string path, Exception failure) =>
        new(failure is FileNotFoundException or DirectoryNotFoundException ? GivenFile.Missing(path) : $"'{path}': {Why(path, failure)}", failure);

    private static string Why(string path, Exception failure) => failure switch
    {
        _ when Directory.Exists(path) => "this is a directory: name a file",
        UnauthorizedAccessException => "this account may not read the file: check its permissions",
        _ => failure.Message,
    };
}
