using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Commands.Demo;

/// <summary>The example policy: where it is found, and how its mode is edited.</summary>
/// <param name="Path">Where it was found.</param>
/// <param name="Content">As it was found.</param>
/// <param name="Document">The same, read.</param>
internal sealed record DemoPolicy(string Path, byte[] Content, PolicyDocument Document)
{
    public const string FileName = "policy.example.json";

    /// <summary>Looks in the working directory, then beside the executable.</summary>
    /// <exception cref="FormatException">It is nowhere, or is no valid policy.</exception>
    public static DemoPolicy Find()
    {
        string[] places = [System.IO.Path.GetFullPath(FileName), System.IO.Path.Combine(AppContext.BaseDirectory, FileName)];
        var path = Array.Find(places, File.Exists) ?? throw new FormatException($"{FileName} is neither here nor beside the executable");
        var content = File.ReadAllBytes(path);
        var load = PolicyLoader.Load(content);
        return load.Document is { } document
            ? new DemoPolicy(path, content, document)
            : throw new FormatException($"{path}: {load.Problems.First(problem => problem.Severity == ProblemSeverity.Error).Message}");
    }

    /// <summary>The policy in another mode: one word changed, as an editor would.</summary>
    public byte[] In(PolicyMode mode)
    {
        var (start, length) = ModeValue();
        return [.. Content.AsSpan(0, start), .. Encoding.UTF8.GetBytes($"\"{mode.Name()}\""), .. Content.AsSpan(start + length)];
    }

    private (int Start, int Length) ModeValue()
    {
        var json = new Utf8JsonReader(Content);
        while (json.Read())
        {
            if (json.CurrentDepth == 1 && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("mode"u8) && json.Read())
            {
                return ((int)json.TokenStartIndex, (int)(json.BytesConsumed - json.TokenStartIndex));
            }
        }

        throw new FormatException("the policy has no mode");
    }
}
