namespace ImdsProxy.Audit.Write;

/// <summary>A destination of whole lines.</summary>
internal interface IRecordOutput
{
    /// <summary>Hands lines to the kernel, and returns once the kernel has all of them.</summary>
    /// <exception cref="IOException">The lines were not written, as far as is known.</exception>
    void Write(ReadOnlySpan<byte> lines);
}
