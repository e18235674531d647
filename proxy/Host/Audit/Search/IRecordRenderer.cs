namespace ImdsProxy.Audit.Search;

/// <summary>Renders records in one of the output formats.</summary>
internal interface IRecordRenderer
{
    /// <summary>Renders one line, which must be a valid record.</summary>
    void Render(ReadOnlySpan<byte> line);

    /// <summary>Renders the output that depends on all lines.</summary>
    void End();
}
