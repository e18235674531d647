namespace ImdsProxy.Fuzz;

/// <summary>
/// Code that reads hostile bytes. To add a target: add a class in <c>Targets</c>, a row in <see cref="FuzzTargets"/> and a
/// directory in <c>corpus</c>.
/// </summary>
internal interface IFuzzTarget
{
    /// <summary>Reads an input. Throws if the result has a fault; rejecting the input is not a fault.</summary>
    /// <returns>Whether the input was accepted, so that the properties of the result were checked.</returns>
    bool Run(ReadOnlyMemory<byte> input);
}
