using System.CommandLine;
using System.Net;
using ImdsProxy.Operate;

namespace ImdsProxy.Commands;

/// <summary>The flags that search a running proxy's log in place of a directory.</summary>
internal sealed class AuditManagementFlags
{
    private readonly Option<EndPoint?> _address = new("--management")
    {
        Description = "Ask a running proxy in place of reading a directory: IP:PORT or unix:PATH",
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

    /// <summary>The proxy to ask, or null where none was named.</summary>
    public AuditManagementClient? Read(ParseResult flags) => flags.GetValue(_address) is { } address
        ? new AuditManagementClient(address, flags.GetValue(_token) is { } file ? File.ReadAllText(file).Trim() : null)
        : null;
}
