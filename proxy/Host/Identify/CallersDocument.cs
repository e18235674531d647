using System.Text.Json.Serialization;

namespace ImdsProxy.Identify;

/// <summary>The content of a callers file.</summary>
/// <param name="Pods">The pods in the file.</param>
internal sealed record CallersDocument(IReadOnlyList<CallersDocument.Pod> Pods)
{
    /// <summary>A pod in the file. Labels and owner are optional, and a pod on hostNetwork needs no address.</summary>
    internal sealed record Pod
    {
        public string? Ip { get; init; }

        public bool HostNetwork { get; init; }

        public required string Namespace { get; init; }

        public required string Name { get; init; }

        public required string Uid { get; init; }

        public required string ServiceAccount { get; init; }

        public IReadOnlyDictionary<string, string>? Labels { get; init; }

        public string? Owner { get; init; }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CallersDocument))]
internal sealed partial class CallersJson : JsonSerializerContext;
