using System.Globalization;
using ImdsProxy.Sources.Nodes.Asking;

namespace ImdsProxy.Commands.Sources;

/// <summary>Shows on a terminal how many nodes have answered, in one line that goes away.</summary>
internal sealed class NodeProgress(TextWriter errors, bool isTerminal) : INodeProgress
{
    private readonly Lock _gate = new();

    public void Report(int answered, int asked)
    {
        if (!isTerminal)
        {
            return;
        }

        lock (_gate)
        {
            // "Erase in line" (ECMA-48) clears the line at the end.
            errors.Write(answered < asked ? string.Create(CultureInfo.InvariantCulture, $"\rimds-proxy: {answered} of {asked} nodes have answered ") : "\r\u001b[K");
        }
    }
}
