namespace ImdsProxy.Audit.Search;

/// <summary>Shows lines in one of the output forms.</summary>
internal interface IRecordRenderer
{
    /// <summary>Shows one line. It is a record.</summary>
    void Render(ReadOnlySpan<byte> line);

    /// <summary>Shows what could only be shown with all lines known.</summary>
    void End();
}
