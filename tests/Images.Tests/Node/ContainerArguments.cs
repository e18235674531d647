using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>
/// A container of the chart as arguments of the engine. What it does not know fails the test, so that nothing of the chart is
/// left out.
/// </summary>
internal static class ContainerArguments
{
    private static readonly string[] KnownFields =
        ["name", "image", "imagePullPolicy", "args", "env", "resources", "securityContext", "volumeMounts", "restartPolicy", "startupProbe", "readinessProbe", "livenessProbe"];

    private static readonly string[] KnownContext =
        ["runAsUser", "runAsGroup", "runAsNonRoot", "capabilities", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "seccompProfile"];

    /// <param name="container">The container.</param>
    /// <param name="facts">What the kubelet knows about the node and the pod, by the path of the downward API's field.</param>
    /// <param name="mounts">Where a volume is on the node.</param>
    public static IEnumerable<string> Of(JsonNode container, IReadOnlyDictionary<string, string> facts, Func<string, string> mounts)
    {
        Known(container, KnownFields);
        var environment = Environment(container, facts);
        return
        [
            .. Security(container["securityContext"]!),
            .. Memory(container["resources"]!["limits"]!),
            .. Mounts(container, mounts),
            .. environment.SelectMany(static pair => new[] { "--env", $"{pair.Key}={pair.Value}" }),
            (string)container["image"]!,
            .. container["args"]!.AsArray().Select(argument => Expand((string)argument!, environment)),
        ];
    }

    /// <summary>Bytes of a quantity in mebibytes.</summary>
    public static long Bytes(JsonNode quantity) =>
        ((string)quantity!).EndsWith("Mi", StringComparison.Ordinal) ? long.Parse(((string)quantity!)[..^2], CultureInfo.InvariantCulture) << 20 : throw new FormatException($"{quantity}");

    private static IEnumerable<string> Security(JsonNode context)
    {
        Known(context, KnownContext);
        ((bool)context["readOnlyRootFilesystem"]!).ShouldBeTrue();
        ((bool)context["allowPrivilegeEscalation"]!).ShouldBeFalse();
        // The engine's own profile is what a runtime's default is.
        ((string)context["seccompProfile"]!["type"]!).ShouldBe("RuntimeDefault");
        var user = (long)context["runAsUser"]!;
        ((bool?)context["runAsNonRoot"] ?? false).ShouldBe(user != 0);
        return
        [
            "--read-only", "--read-only-tmpfs=false", "--security-opt", "no-new-privileges",
            "--user", $"{user}:{(long)context["runAsGroup"]!}",
            .. Texts(context["capabilities"]!["drop"]).SelectMany(static name => new[] { "--cap-drop", name }),
            .. Texts(context["capabilities"]!["add"]).SelectMany(static name => new[] { "--cap-add", name }),
        ];
    }

    private static IEnumerable<string> Memory(JsonNode limits)
    {
        var bytes = $"{Bytes(limits["memory"]!)}";
        return ["--memory", bytes, "--memory-swap", bytes];
    }

    private static IEnumerable<string> Mounts(JsonNode container, Func<string, string> mounts) =>
        container["volumeMounts"]!.AsArray().SelectMany(mount =>
        {
            Known(mount!, "name", "mountPath", "readOnly");
            var mode = (bool?)mount!["readOnly"] ?? false ? "ro" : "rw";
            return new[] { "--volume", $"{mounts((string)mount["name"]!)}:{(string)mount["mountPath"]!}:{mode}" };
        });

    private static Dictionary<string, string> Environment(JsonNode container, IReadOnlyDictionary<string, string> facts) =>
        (container["env"]?.AsArray() ?? []).ToDictionary(
            static variable => (string)variable!["name"]!,
            variable => (string?)variable!["value"] ?? facts[(string)variable["valueFrom"]!["fieldRef"]!["fieldPath"]!],
            StringComparer.Ordinal);

    private static string Expand(string text, Dictionary<string, string> environment) =>
        environment.Aggregate(text, static (expanded, pair) => expanded.Replace($"$({pair.Key})", pair.Value, StringComparison.Ordinal));

    private static IEnumerable<string> Texts(JsonNode? list) => (list?.AsArray() ?? []).Select(static text => (string)text!);

    private static void Known(JsonNode node, params string[] names) =>
        node.AsObject().Select(static pair => pair.Key).Except(names, StringComparer.Ordinal).ShouldBeEmpty("the engine gets no argument for it");
}
