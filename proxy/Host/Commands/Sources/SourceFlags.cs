using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;
using ImdsProxy.Sources.Files;

namespace ImdsProxy.Commands.Sources;

/// <summary>The flags that say where records come from, for all commands that read records.</summary>
internal sealed class SourceFlags
{
    private readonly NodesSourceFlag _nodes = new();
    private readonly ImmutableArray<ISourceFlag> _sources;

    public SourceFlags() => _sources = [new ManagementSourceFlag(), _nodes, new ClickHouseSourceFlag()];

    public void AddTo(Command command)
    {
        foreach (var source in _sources)
        {
            source.AddTo(command);
        }
    }

    /// <summary>Returns the one source that the command line names.</summary>
    /// <param name="flags">The command line.</param>
    /// <param name="given">The directories and files on it. Without any, those of the environment are read.</param>
    /// <exception cref="FormatException">No source is named, or more than one.</exception>
    public IAuditSource Read(ParseResult flags, IReadOnlyList<string> given) =>
        _sources.Where(source => source.IsGiven(flags)).ToList() switch
        {
            [] when given.Count == 0 && KubectlPlugin.IsRunning => _nodes.Read(flags),
            [] => new FileSource(Paths(given), TimeProvider.System),
            [var only] => given.Count == 0
                ? only.Read(flags)
                : throw new FormatException($"'{given[0]}': a path can't be combined with {only.Name}; give one of the two"),
            [var one, var other, ..] => throw new FormatException($"{one.Name} and {other.Name} each name a source; give one of the two"),
        };

    private static IReadOnlyList<string> Paths(IReadOnlyList<string> given) =>
        given.Count > 0 ? given
        : Environment.GetEnvironmentVariable(Flag.Variable("--audit-dir")) is { Length: > 0 } directory ? [directory]
        : throw new FormatException("nothing to read: name a directory of segments, files, or - for stdin; for example: /var/log/imds-proxy");
}
