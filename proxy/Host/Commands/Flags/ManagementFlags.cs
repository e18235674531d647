using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using ImdsProxy.Management;

namespace ImdsProxy.Commands.Flags;

/// <summary>The flags that ask a running proxy in place of reading files.</summary>
/// <param name="description">What <c>--management</c> asks it, for <c>--help</c>.</param>
internal sealed class ManagementFlags(string description)
{
    private readonly Option<EndPoint?> _address = new("--management")
    {
        Description = description,
        CustomParser = result =>
        {
            try
            {
                return ManagementAddress.Parse(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError($"--management: '{result.Tokens[0].Value}': {e.Message}");
                return null;
            }
        },
    };

    private readonly Option<string?> _token = Flag.Text("--management-token-file", "A file with the bearer token of a TCP management address");

    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_token);
    }

    /// <summary>Whether a proxy was named.</summary>
    public bool IsGiven(CommandResult flags) => flags.GetValue(_address) is not null;

    /// <summary>The proxy to ask, or null where none was named.</summary>
    public ManagementClient? Read(ParseResult flags) => flags.GetValue(_address) is { } address
        ? new ManagementClient(address, flags.GetValue(_token) is { } file ? File.ReadAllText(file).Trim() : null)
        : null;
}
