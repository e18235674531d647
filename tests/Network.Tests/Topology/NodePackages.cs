using Xunit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The SDK for Node.js, installed once for all tests with the machine's npm.</summary>
internal static class NodePackages
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "clients");

    /// <summary>The script that requests a token. Skips the test if npm can't install the SDK.</summary>
    public static async Task<string> TokenScriptAsync()
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, "node_modules", "@azure", "identity")))
        {
            var npm = await Programs.RunAsync(["npm", "install", "--prefix", Directory, "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]);
            Assert.SkipUnless(npm.ExitCode == 0, $"needs @azure/identity, which npm could not install: {npm.Error}");
        }

        return Path.Combine(Directory, "token.js");
    }
}
