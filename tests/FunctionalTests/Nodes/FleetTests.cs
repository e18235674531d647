using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.TestKit.FakeKubernetes;
using ImdsProxy.TestKit.Fleet;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Nodes;

/// <summary>A cluster of 200 nodes in a bad hour.</summary>
public sealed class FleetTests
{
    private const int Size = 200;

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly string[] Hanging = [.. new[] { 10, 50, 90, 130, 170 }.Select(Name)];
    private static readonly string[] Gone = [.. new[] { 20, 21, 199 }.Select(Name)];
    private static readonly string Old = Name(100);

    // Only the nodes that hang take the time-out, so it can be long enough for the slowest machine.
    [Fact]
    public async Task Nodes_OfWhichSomeFail_AnswerAndNameTheOthers()
    {
        await FleetCommand.RequireKubectlAsync();
        string[] nodes = [.. Enumerable.Range(0, Size).Select(Name)];
        await using var fleet = await SimulatedFleet.StartAsync(nodes, FaultOf);
        fleet.Started = static (node, start) =>
        {
            if (node == Old)
            {
                start.ArgumentList.Add("--flag-of-a-later-version=1");
            }

            return start;
        };
        for (var n = 0; n < Size; n++)
        {
            await new FleetLog(nodes[n], $"{n:x4}")
                .AddToken(Start.AddSeconds(Size - n), FleetLog.Pod("shop", "web", $"web-{n}"), FleetLog.Arm, null)
                .AddInstance(Start.AddSeconds((2 * Size) - n), FleetLog.Pod("logging", "fluent-bit", $"fluent-bit-{n}"))
                .WriteAsync(fleet.LogOf(nodes[n]), Start);
        }

        var (code, output, errors) = await fleet.RunAsync("audit", "search", "--nodes", "--verdict", "denied", "-o", "json", "--parallel", "8", "--timeout", "45s");

        code.ShouldBe(3, errors);
        var lines = output.Lines().Select(static line => JsonNode.Parse(line)!).ToList();
        string[] silent = [.. Hanging, .. Gone, Old];
        lines[..^1].Select(static line => (string)line["node"]!).ShouldBe(nodes.Except(silent, StringComparer.Ordinal).Reverse());
        var trailer = lines[^1]["trailer"]!;
        ((int)trailer["asked"]!, (int)trailer["answered"]!).ShouldBe((Size, Size - silent.Length));
        trailer["unanswered"]!.AsArray().Select(static missing => (string)missing!["name"]!).ShouldBe(silent.Select(static node => $"node {node}").Order(StringComparer.Ordinal));
        foreach (var node in Hanging)
        {
            errors.ShouldContain($"node {node} did not answer: no answer within 45 s");
        }

        foreach (var node in Gone)
        {
            errors.ShouldContain($"node {node} did not answer: Error from server (NotFound): pods \"imds-proxy-{node}\" not found");
        }

        errors.ShouldContain($"node {Old} did not answer: its version does not know this search (Unrecognized command or argument '--flag-of-a-later-version=1'); upgrade the proxy on it");
        errors.ShouldContain($"the answer is partial: {silent.Length} of {Size} did not answer");
    }

    private static FakeExecAnswer? FaultOf(string node) =>
        Hanging.Contains(node, StringComparer.Ordinal) ? new FakeExecAnswer.Hang()
        : Gone.Contains(node, StringComparer.Ordinal) ? new FakeExecAnswer.Gone()
        : null;

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"aks-user-{number:d3}");
}
