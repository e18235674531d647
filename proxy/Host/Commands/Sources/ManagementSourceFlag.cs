using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Sources;
using ImdsProxy.Sources.Proxy;

namespace ImdsProxy.Commands.Sources;

/// <summary><c>--management</c>: the log of a running proxy.</summary>
internal sealed class ManagementSourceFlag : ISourceFlag
{
    private readonly ManagementFlags _flags = new("Read the log of a running proxy instead of files: IP:PORT or unix:PATH");

    public string Name => ManagementFlags.Name;

    public void AddTo(Command command) => _flags.AddTo(command);

    /// <inheritdoc />
    public bool IsGiven(ParseResult flags) => _flags.Given(flags) is not null;

    /// <inheritdoc />
    public IAuditSource Read(ParseResult flags) => new ManagementSource($"{Name} {_flags.Given(flags)}", _flags.Read(flags)!);
}
