using System.Security.Cryptography;

namespace ImdsProxy.Commands.Demo;

/// <summary>The demo's files, in a directory that only the current user can enter. Disposing deletes it.</summary>
internal sealed class DemoFolder : IDisposable
{
    public const string PolicyName = "policy.json";
    public const string AuditedName = "audited.json";
    public const string AuditName = "audit";

    private readonly string _path;

    private DemoFolder(string path) => _path = path;

    /// <summary>The directory itself.</summary>
    public string Root => _path;

    public string Policy => Path.Combine(_path, PolicyName);

    /// <summary>The policy of the first act, which is the base of the suggestion.</summary>
    public string Audited => Path.Combine(_path, AuditedName);

    public string Callers => Path.Combine(_path, "callers.json");

    public string Audit => Path.Combine(_path, AuditName);

    public string TokenFile => Path.Combine(_path, "management-token");

    /// <summary>The bearer token for the protected management paths.</summary>
    public string Token { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public static DemoFolder Create()
    {
        var folder = new DemoFolder(Directory.CreateTempSubdirectory("imds-proxy-demo-").FullName);
        try
        {
            folder.Fill();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the policy file atomically, so that the proxy never reads a partial file.</summary>
    public void WritePolicy(byte[] content)
    {
        var next = Policy + ".next";
        File.WriteAllBytes(next, content);
        File.Move(next, Policy, overwrite: true);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private void Fill()
    {
        File.WriteAllBytes(Callers, DemoCast.CallersFile());
        var ownersOnly = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            ownersOnly.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var token = new StreamWriter(TokenFile, ownersOnly);
        token.WriteLine(Token);
    }
}
