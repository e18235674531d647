using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Requests;

public sealed class RequestPropertyTests
{
    private const string PlainUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?&=%";

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(10_000);

    [Fact]
    public void Parse_AnyTarget_IsRejectedOrRendersToItself() => ForEach((method, target) =>
    {
        var result = ImdsRequestParser.ParseTarget(method, target);
        if (!result.IsParsed)
        {
            return;
        }

        var again = ImdsRequestParser.ParseTarget(result.Request.Method, result.Request.PathAndQuery).Request.ShouldNotBeNull();
        again.ShouldBe(result.Request);
        again.PathAndQuery.ShouldBe(result.Request.PathAndQuery);
        again.Path.ShouldBe(result.Request.Path);
        again.Endpoint.ShouldBeSameAs(result.Request.Endpoint);
        again.Known.ShouldBe(result.Request.Known);
        again.Extra.ShouldBe(result.Request.Extra);
        again.Resource.ShouldBe(result.Request.Resource);
        again.Selector.ShouldBe(result.Request.Selector);
    });

    [Fact]
    public void Parse_AnyTarget_RendersPlainCharactersOnly() => ForEach((method, target) =>
    {
        if (ImdsRequestParser.ParseTarget(method, target).Request is { } request)
        {
            request.PathAndQuery.ShouldAllBe(c => PlainUrl.Contains(c));
        }
    });

    // Reads the sent request as a lenient server would, independently of the parser.
    [Fact]
    public void Parse_AnyTarget_SendsExactlyWhatWasDecided() => ForEach((method, target) =>
    {
        if (ImdsRequestParser.ParseTarget(method, target).Request is not { } request)
        {
            return;
        }

        var sent = LenientServer.Read(request.PathAndQuery);
        sent.Path.ShouldBe(request.Path);
        sent.Values("resource").ShouldBe(Value(request, "resource"));
        foreach (var key in new[] { "client_id", "object_id", "msi_res_id", "mi_res_id" })
        {
            sent.Values(key).ShouldBe(Value(request, key));
        }

        if (request.Endpoint.IssuesCredential)
        {
            // A certificate has no resource, so a requested one is an extra parameter.
            if (request.Endpoint.Kind == EndpointKind.Token)
            {
                sent.Values("resource").SingleOrDefault().ShouldBe(request.Resource);
            }

            string[] selectors = [.. sent.Values("client_id"), .. sent.Values("object_id"), .. sent.Values("msi_res_id"), .. sent.Values("mi_res_id")];
            selectors.SingleOrDefault().ShouldBe(request.Selector?.Value);
        }
    });

    [Fact]
    public void Generators_OftenProduceValidRequests()
    {
        var good = 0;
        ForEach((method, target) => good += ImdsRequestParser.ParseTarget(method, target).IsParsed ? 1 : 0);

        good.ShouldBeGreaterThan(500);
    }

    private static string[] Value(ImdsRequest request, string key) =>
        [.. request.Known.Concat(request.Extra).Where(parameter => parameter.Key == key).Select(parameter => parameter.Value)];

    private static void ForEach(Action<string, string> check) =>
        Prop.ForAll(RequestGenerators.Method.ToArbitrary(), RequestGenerators.Target.ToArbitrary(), check).Check(Many);
}
