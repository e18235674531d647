using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Carrying;
using ImdsProxy.Core.Demands.Reducing;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>Demands that are reduced on one machine and merged on another.</summary>
public sealed class CarriedDemandsTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void Carried_LogsOfTwoNodes_GiveTheTableOfBothLogs() => Prop.ForAll(SampleLogs.Scene.ToArbitrary(), static scene =>
    {
        var options = new ReduceOptions
        {
            Since = SampleLog.Day(3),
            Until = SampleLog.Day(9),
            LabelKeys = PolicyLabels.Of(scene.Before, scene.After).Add("app"),
            MaxRowsPerWorkload = 16,
        };
        var logs = SampleLogs.Record(scene);
        logs[0].Lose(3);
        logs[0].Add(SampleLog.Day(8), "records-lost", new() { ["count"] = 3, ["since"] = "2026-11-08T00:00:00Z" });
        logs[1].Add(SampleLog.Day(8), "segments-removed", new() { ["count"] = 1, ["segments"] = new System.Text.Json.Nodes.JsonArray("x") });

        var merged = new DemandReducer(options);
        foreach (var log in logs)
        {
            Carry(log, options).MergeInto(merged);
        }

        TableText.Of(DemandReducer.Finish([merged])).ShouldBe(TableText.Of(SampleLog.Reduce(options, logs)));
    }).Check(Many);

    public static TheoryData<string, string> NotOurs => new()
    {
        { "a member that this version does not know", """{"counts":{"skipped":0,"notJudged":{},"more":1}}""" },
        { "a line of a kind that this version does not know", """{"weather":{}}""" },
        { "two kinds at once", """{"counts":{"skipped":0,"notJudged":{}},"labels":{"limit":1,"hashes":[],"texts":[]}}""" },
        { "a cause that this version does not know", """{"counts":{"skipped":0,"notJudged":{"because":1}}}""" },
        { "a count below zero", """{"counts":{"skipped":-1,"notJudged":{}}}""" },
        { "a missing member", """{"counts":{"skipped":0}}""" },
        { "a null", """{"counts":null}""" },
        { "labels without their pods", """{"labels":{"limit":1,"hashes":[],"texts":["a=b"]}}""" },
        { "a demand without its workload", """{"row":{"method":"GET","path":"/","verdict":"allowed","outcome":"answered","requests":1,"earliest":1,"first":1,"last":1,"days":[],"statuses":[],"pods":[],"nodes":[],"podNames":[],"userAgents":[]}}""" },
        { "a span of three numbers", """{"node":{"name":"n","first":1,"last":1,"hasRemovals":false,"hours":[],"losses":[],"chains":[{"instance":"a","lines":1,"isScattered":false,"spans":[[1,2,3]]}]}}""" },
        { "no JSON", "imds-proxy: Unrecognized command" },
    };

    [Theory]
    [MemberData(nameof(NotOurs))]
    public void Reader_LineOfAnotherVersion_IsRefused(string what, string line) =>
        Should.Throw<FormatException>(() => new DemandReader(new ReduceOptions()).Add(Encoding.UTF8.GetBytes(line)), what);

    [Fact]
    public void Reader_WithoutTheLastLine_AddsNothing()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), SampleLog.Pod("shop", "web"), Want.Ingest());
        var lines = Lines(log, new ReduceOptions());
        var reader = new DemandReader(new ReduceOptions());
        lines[..^1].ForEach(line => reader.Add(line));
        var reducer = new DemandReducer(new ReduceOptions());

        Should.Throw<FormatException>(() => reader.MergeInto(reducer));

        DemandReducer.Finish([reducer]).Requests.ShouldBe(0);
    }

    [Fact]
    public void Carried_DemandOfAPodOnHostNetwork_IsStillOne()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        proxy.Serve(SampleLog.Day(0), SampleLog.Pod("shop", "web"), Want.Ingest());
        proxy.Serve(SampleLog.Day(0), SampleLog.Pod("shop", "web") with { OnHost = true }, Want.Ingest());
        var merged = new DemandReducer(new ReduceOptions());

        Carry(log, new ReduceOptions()).MergeInto(merged);

        DemandReducer.Finish([merged]).Demands.Select(static demand => demand.Key.IsOnHost).ShouldBe([false, true], ignoreOrder: true);
    }

    private static DemandReader Carry(SampleLog log, ReduceOptions options)
    {
        var reader = new DemandReader(options);
        Lines(log, options).ForEach(line => reader.Add(line));
        return reader;
    }

    private static List<byte[]> Lines(SampleLog log, ReduceOptions options)
    {
        var reducer = new DemandReducer(options);
        foreach (var line in log.Lines)
        {
            reducer.Add(line);
        }

        return [.. DemandWriter.LinesOf(reducer)];
    }
}
