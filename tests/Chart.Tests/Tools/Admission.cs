using System.Text.Json.Nodes;
using Shouldly;

namespace ImdsProxy.Chart.Tests.Tools;

/// <summary>Evaluates a ValidatingAdmissionPolicy of the chart for updates, with a CEL evaluator.</summary>
internal static class Admission
{
    /// <summary>The policy with a given name.</summary>
    public static JsonNode Policy(Rendered chart, string name) => chart.Standing("ValidatingAdmissionPolicy").Single(policy => (string?)policy["metadata"]!["name"] == name);

    /// <summary>
    /// Returns the messages of the validations that fail, one per line; <c>not matched</c> if the policy does not apply to the
    /// object.
    /// </summary>
    public static async Task<string> DecideAsync(JsonNode policy, string user, JsonObject extra, string before, string after)
    {
        var question = new JsonObject
        {
            ["policy"] = policy.DeepClone(),
            ["request"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = user, ["extra"] = extra } },
            ["object"] = JsonNode.Parse(after),
            ["oldObject"] = JsonNode.Parse(before),
        };
        var script = Path.Combine(ChartTools.Directory, "admission.mjs");
        await File.WriteAllTextAsync(script, await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Tools/admission.mjs")));
        var (code, output, errors) = await Program.RunAsync("node", [script], ChartTools.Directory, question.ToJsonString());
        code.ShouldBe(0, errors);
        return output.Trim();
    }
}
