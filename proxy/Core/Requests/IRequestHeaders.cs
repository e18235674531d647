namespace ImdsProxy.Core.Requests;

/// <summary>The headers of a request. Implemented by a struct, so that reading headers allocates nothing.</summary>
public interface IRequestHeaders
{
    /// <summary>The number of header lines with this name, compared case-insensitively.</summary>
    int Count(string name);

    /// <summary>The value of the first header line with this name, or null.</summary>
    string? First(string name);
}
