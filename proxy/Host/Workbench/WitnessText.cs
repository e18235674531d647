using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>Writes a witness as lines of text.</summary>
internal static class WitnessText
{
    /// <summary>The request, the pod that asks, and what IMDS answers.</summary>
    public static IEnumerable<string> Of(Witness witness)
    {
        yield return witness.Request.ToString();
        yield return $"from {Pod(witness)}";
        if (witness.Answer is { } answer)
        {
            var audience = answer.Claims?.Audience is { } value ? $", audience {value}" : "";
            var resourceId = answer.Claims?.ResourceId is { } id ? $", resource id {id}" : "";
            yield return $"answered with client id {answer.ClientId}{(answer.Resource is null ? "" : $", resource {answer.Resource}")}{audience}{resourceId}";
        }
    }

    private static string Pod(Witness witness)
    {
        var pod = witness.Pod;
        var labels = pod.Labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={label.Value}").ToList();
        return $"a pod of {pod.Namespace}, service account {pod.ServiceAccount}{(pod.Owner is null ? "" : $", {pod.Owner}")}{(labels.Count == 0 ? "" : $", labels {string.Join(", ", labels)}")}";
    }
}
