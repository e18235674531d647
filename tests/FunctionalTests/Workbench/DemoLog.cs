using System.Runtime.Versioning;
using ImdsProxy.FunctionalTests.Demo;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>The files of one run of the demo, while it waits for requests: its log, and the policies before and after.</summary>
[SupportedOSPlatform("linux")]
public sealed class DemoLog : IAsyncLifetime
{
    private readonly DemoProcess _demo = new(Path.GetTempPath());

    /// <summary>The path of a file of the demo.</summary>
    public string At(string name) => Path.Combine(Directory.GetDirectories(_demo.Temporary, "imds-proxy-demo-*").Single(), name);

    public async ValueTask InitializeAsync() => await _demo.ReadToAsync("Ctrl+C ends the demo");

    public async ValueTask DisposeAsync()
    {
        await _demo.InterruptAsync();
        await _demo.EndAsync();
        _demo.Dispose();
    }
}
