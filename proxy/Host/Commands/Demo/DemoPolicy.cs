using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Commands.Demo;

/// <summary>Finds the example policy and changes its mode.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="Content">The file's content.</param>
/// <param name="Document">The parsed content.</param>
internal sealed record DemoPolicy(string Path, byte[] Content, PolicyDocument Document)
{
    public const string FileName = "policy.example.json";

    /// <summary>Looks in the working directory, then beside the executable.</summary>
    /// <exception cref="FormatException">The file is missing or is not a valid policy.</exception>
    public static DemoPolicy Find()
    {
        string[] places = [System.IO.Path.GetFullPath(FileName), System.IO.Path.Combine(AppContext.BaseDirectory, FileName)];
        var path = Array.Find(places, File.Exists) ?? throw new FormatException($"{FileName} is neither in the working directory nor beside the executable");
        var content = File.ReadAllBytes(path);
        var load = PolicyLoader.Load(content);
        return load.Document is { } document
            ? new DemoPolicy(path, content, document)
            : throw new FormatException($"{path}: {load.Problems.First(problem => problem.Severity == ProblemSeverity.Error).Message}");
    }

    /// <summary>Returns the policy in another mode, changing only that one word, as a person who edits the file would.</summary>
    public byte[] In(PolicyMode mode)
    {
        var (start, length) = ModeValue();
        return [.. Content.AsSpan(0, start), .. Encoding.UTF8.GetBytes($"\"{mode.Name()}\""), .. Content.AsSpan(start + length)];
    }

    /// <summary>The policy with a suggestion merged into it.</summary>
    public DemoPolicy With(SuggestResult suggestion) => this with { Content = suggestion.PolicyJson.ToArray(), Document = suggestion.Policy };

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
