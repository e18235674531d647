using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using ImdsProxy.Management;

namespace ImdsProxy.Commands.Flags;

/// <summary>The flags that make a command query a running proxy instead of reading files.</summary>
/// <param name="description">The <c>--help</c> text of <c>--management</c>.</param>
internal sealed class ManagementFlags(string description)
{
    public const string Name = "--management";

    private readonly Option<EndPoint?> _address = new(Name)
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
                result.AddError($"{Name}: '{result.Tokens[0].Value}': {e.Message}");
                return null;
            }
        },
    };

    private readonly Option<string?> _token = Flag.Text("--management-token-file", "File with the bearer token of a TCP management address");

    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_token);
    }

    /// <summary>Whether <c>--management</c> was given.</summary>
    public bool IsGiven(CommandResult flags) => flags.GetValue(_address) is not null;

    /// <summary>The address as it was given, or null without the flag.</summary>
    public string? Given(ParseResult flags) => flags.GetResult(_address) is { Tokens: [var address] } ? address.Value : null;

    /// <summary>Returns a client for the proxy that <c>--management</c> names, or null without that flag.</summary>
    public ManagementClient? Read(ParseResult flags) => flags.GetValue(_address) is { } address
        ? new ManagementClient(address, flags.GetValue(_token) is { } file ? File.ReadAllText(file).Trim() : null)
        : null;
}
