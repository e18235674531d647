namespace ImdsProxy.Audit.Write;

/// <summary>A place that takes whole lines.</summary>
internal interface IRecordOutput
{
    /// <summary>Hands lines to the kernel, all or none as far as can be told; throws <see cref="IOException"/> otherwise.</summary>
    void Write(ReadOnlySpan<byte> lines);
}
