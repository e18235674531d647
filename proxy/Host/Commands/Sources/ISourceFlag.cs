using System.CommandLine;
using ImdsProxy.Sources;

namespace ImdsProxy.Commands.Sources;

/// <summary>A flag that names a source of records other than files, with the flags that belong to it.</summary>
internal interface ISourceFlag
{
    /// <summary>The flag with its dashes.</summary>
    string Name { get; }

    void AddTo(Command command);

    /// <summary>Whether the flag was given.</summary>
    bool IsGiven(ParseResult flags);

    /// <summary>Returns the source that the flags name.</summary>
    /// <exception cref="FormatException">The flags contradict each other.</exception>
    /// <exception cref="IOException">A file that a flag names can't be read.</exception>
    IAuditSource Read(ParseResult flags);
}
