namespace ImdsProxy.Core.Requests;

/// <summary>The headers of a request as the parser asks for them. A struct implements it, so that nothing is allocated.</summary>
public interface IRequestHeaders
{
    /// <summary>How many header lines of this name (compared without case) there are.</summary>
    int Count(string name);

    /// <summary>The value of the first header line of this name, or null.</summary>
    string? First(string name);
}
