namespace ImdsProxy.Fuzz;

/// <summary>Something that reads hostile bytes. To add one: a class in <c>Targets</c>, a row in <see cref="FuzzTargets"/>, a directory in <c>corpus</c>.</summary>
internal interface IFuzzTarget
{
    /// <summary>Reads an input. Throws where anything is wrong with what came of it; a refusal is not.</summary>
    /// <returns>Whether the input was accepted, so that the properties of what came of it were checked.</returns>
    bool Run(ReadOnlyMemory<byte> input);
}
