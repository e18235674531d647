namespace ImdsProxy.Audit.Reduce;

/// <summary>A part of a log that could not be read.</summary>
/// <param name="Path">The directory or file, or <c>-</c> for stdin.</param>
/// <param name="Message">Why.</param>
internal sealed record UnreadSource(string Path, string Message)
{
    /// <summary>A part that a failure keeps from being read.</summary>
    public static UnreadSource Of(string path, Exception failure) =>
        new(path, failure is UnauthorizedAccessException ? "there is no permission to read it: run this as a user that may, such as root on the node" : failure.Message);
}
