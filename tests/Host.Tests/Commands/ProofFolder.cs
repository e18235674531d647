namespace ImdsProxy.Host.Tests.Commands;

/// <summary>A directory of policies and tests, and what a command says about them.</summary>
internal sealed class ProofFolder : IDisposable
{
    /// <summary>A policy in which kube-system, and no other namespace, gets the kubelet's identity.</summary>
    public const string Policy = """
        {
          "version": 1,
          "mode": "enforce",
          "identities": { "kubelet": { "clientId": "e5dbcd30-9b3d-4041-b791-ac23f9038175" } },
          "rules": [
            { "name": "system", "workloads": [ { "namespaces": ["kube-system"] } ],
              "allow": [ { "path": "/metadata/identity/oauth2/token", "identities": ["kubelet"], "resources": ["https://management.azure.com"] } ] },
            { "name": "guard", "workloads": [ {} ], "except": [ { "namespaces": ["kube-system"] } ],
              "deny": [ { "path": "/metadata/identity/oauth2/token", "identities": ["kubelet"] } ] },
            { "name": "probes", "workloads": [ {} ], "deny": [ { "path": "/metadata/instance", "quiet": true } ] }
          ]
        }
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-proofs-");

    /// <summary>The path of a file.</summary>
    public string At(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Runs a command and returns what it wrote, with the directory's path left out.</summary>
    public async Task<(int Exit, string Output, string Errors)> RunAsync(Func<TextWriter, TextWriter, Task<int>> command)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };
        var exit = await command(output, errors);
        return (exit, Relative(output), Relative(errors));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string Relative(StringWriter text) => text.ToString().Replace(_directory.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
