using System.Collections.Frozen;
using System.Reflection;

namespace ImdsProxy.WebConsole;

/// <summary>The files of the page, which are part of the program.</summary>
internal static class PageFiles
{
    private const string Prefix = "console/";

    private static readonly FrozenDictionary<string, PageFile> Files = Read().ToFrozenDictionary(StringComparer.Ordinal);

    // A view is an address, so that it can be opened again and sent to somebody.
    private static readonly FrozenSet<string> Views = new[] { "/", "/rollout", "/access", "/records", "/draft", "/exposure" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The file at a path, or null.</summary>
    public static PageFile? Find(string path) => Files.GetValueOrDefault(Views.Contains(path) ? "/index.html" : path);

    private static IEnumerable<KeyValuePair<string, PageFile>> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return KeyValuePair.Create($"/{name[Prefix.Length..]}", new PageFile(TypeOf(name), bytes));
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
}

/// <summary>A file of the page.</summary>
internal sealed record PageFile(string Type, byte[] Content);
