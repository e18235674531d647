using System.Text.Json.Nodes;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Proofs;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

/// <summary><c>policy who-can</c> and <c>policy what-can</c>.</summary>
public sealed class PolicyAccessCommandTests : IDisposable
{
    private const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    private const string Arm = "https://management.azure.com";

    private readonly ProofFolder _folder = new();

    [Theory]
    [InlineData("kubelet", null, null, null, 1, "namespace kube-system", "Who can get a credential of kubelet?")]
    [InlineData(Kubelet, null, null, null, 1, "namespace kube-system", "Nobody else. This is a proof, not a sample.")]
    [InlineData("kubelet", Arm, null, null, 1, "namespace kube-system", $"Who can get a credential of kubelet for {Arm}?")]
    [InlineData("kubelet", "https://vault.azure.net", null, null, 0, null, "Nobody. This is a proof, not a sample.")]
    [InlineData(null, null, "/metadata/**", null, 1, "namespace kube-system", "Who can send a request to /metadata/**?")]
    [InlineData(null, null, "/metadata/instance", "GET", 0, null, "Who can send GET to /metadata/instance?")]
    public async Task WhoCan_Question_NamesEveryoneAndSaysThatItIsAProof(
        string? identity, string? resource, string? path, string? method, int exit, string? workloads, string line)
    {
        var (ended, output, errors) = await WhoCanAsync(new AskedGoal(identity, resource, path, method));

        errors.ShouldBeEmpty();
        ended.ShouldBe(exit, output);
        output.Split('\n').Contains(line, StringComparer.Ordinal).ShouldBeTrue($"{line}\nis not in\n{output}");
        output.Split('\n').Where(static other => other.StartsWith("namespace", StringComparison.Ordinal)).ShouldBe(workloads is null ? [] : [workloads]);
    }

    [Theory]
    [InlineData("kublet", null, null, null, "--identity 'kublet': there is no such alias: did you mean 'kubelet'?")]
    [InlineData("kubelet", "a b", null, null, "--resource 'a b': write a resource as clients request it")]
    [InlineData(null, null, "metadata", null, "--path 'metadata': begin it with '/': '/metadata'")]
    [InlineData(null, null, "/metadata/**", "get", "--method 'get': write it in capitals as 'GET'")]
    public async Task WhoCan_WrongValue_IsWrongUsageWithTheCure(string? identity, string? resource, string? path, string? method, string says)
    {
        var (exit, output, errors) = await WhoCanAsync(new AskedGoal(identity, resource, path, method));

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldStartWith($"imds-proxy: policy who-can: {says}");
    }

    // "Nobody" is true of a misspelt name, and misleading.
    [Theory]
    [InlineData("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", null, null, "--identity '2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6': neither an alias nor a rule has this client id: check it")]
    [InlineData("kubelet", "https://managment.azure.com", null, "--resource 'https://managment.azure.com': no rule mentions this resource: did you mean 'https://management.azure.com'?")]
    [InlineData(null, null, "/metadata/instnce", "--path '/metadata/instnce': no rule mentions this path, and IMDS is not known to have it: check its spelling")]
    public async Task WhoCan_NameThatThePolicyDoesNotMention_IsAWarning(string? identity, string? resource, string? path, string says)
    {
        var (exit, output, errors) = await WhoCanAsync(new AskedGoal(identity, resource, path, null));
        var (_, json, _) = await WhoCanAsync(new AskedGoal(identity, resource, path, null), asJson: true);

        exit.ShouldBe(0, output);
        output.ShouldEndWith("Nobody. This is a proof, not a sample.\n");
        errors.ShouldBe($"imds-proxy: policy who-can: warning: {says}\n");
        ((string)JsonNode.Parse(json)!["warnings"]!.AsArray().ShouldHaveSingleItem()!).ShouldBe(says);
    }

    [Theory]
    [InlineData("shop/web", "warning: namespace 'shop': no rule mentions this namespace: check the spelling")]
    [InlineData("kube-sytem/web", "warning: namespace 'kube-sytem': no rule mentions this namespace: did you mean 'kube-system'?")]
    public async Task WhatCan_NameThatThePolicyDoesNotMention_IsAWarning(string workload, string says)
    {
        var (exit, output, errors) = await WhatCanAsync(workload);

        exit.ShouldBe(0, output);
        output.ShouldEndWith("Nothing. This is a proof, not a sample.\n");
        errors.ShouldStartWith($"imds-proxy: policy what-can: {says}\n");
    }

    // Rules compare client ids, so "nobody" would be true of any other id, and misleading.
    [Theory]
    [InlineData("0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30")]
    [InlineData("/subscriptions/6a8d5e2f-0001-4000-8000-000000000001/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/kubelet")]
    public async Task WhoCan_OtherIdOfAnIdentity_IsWrongUsageThatNamesTheAlias(string id)
    {
        const string ids = """, "objectId": "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30", "resourceId": "/subscriptions/6a8d5e2f-0001-4000-8000-000000000001/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/kubelet" } },""";
        var path = _folder.Write("ids.json", ProofFolder.Policy.Replace("\" } },", "\"" + ids, StringComparison.Ordinal));

        var (exit, _, errors) = await _folder.RunAsync((output, errors) => PolicyWhoCanCommand.RunAsync(
            path, new AskedGoal(id, null, null, null), Assumption.Enforced, asJson: false, () => Stream.Null, output, errors, CancellationToken.None));

        exit.ShouldBe(2);
        errors.ShouldContain($"'{id}' is another id of the identity 'kubelet': write the alias, or its client id");
    }

    [Theory]
    [InlineData("p", "--identity or --path")]
    [InlineData("p --identity x --path /x", "--identity or --path")]
    [InlineData("p --path /x --resource y", "--resource: ")]
    [InlineData("p --identity x --method GET", "--method: ")]
    public void WhoCan_WrongCommandLine_IsRefused(string arguments, string says)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        PolicyWhoCanCommand.Create().Parse(arguments.Split(' ')).Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhoCan_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await WhoCanAsync(new AskedGoal("kubelet", null, null, null), asJson: true);

        var answer = JsonNode.Parse(output)!.AsObject();
        answer.Select(static member => member.Key).ShouldBe(["policy", "question", "modes", "answers", "complete"]);
        ((bool)answer["complete"]!).ShouldBeTrue();
        var holder = answer["answers"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        ((string)holder["workloads"]!).ShouldBe("namespace kube-system");
        ((string)holder["rule"]!).ShouldBe("system");
        ((string)holder["witness"]!["caller"]!["namespace"]!).ShouldBe("kube-system");
    }

    [Theory]
    [InlineData(Assumption.Enforced, 0)]
    [InlineData(Assumption.AsWritten, 0)]
    [InlineData(Assumption.Override, 1)]
    public async Task WhoCan_UnderAnAssumption_CountsWhatIsEnforced(Assumption assumption, int exit)
    {
        var (ended, output, _) = await WhoCanAsync(new AskedGoal(null, null, "/metadata/instance", null), assumption: assumption);

        ended.ShouldBe(exit, output);
        output.Contains("because nothing denies it in this mode", StringComparison.Ordinal).ShouldBe(exit == 1);
    }

    [Theory]
    [InlineData(Assumption.Enforced, true)]
    [InlineData(Assumption.AsWritten, false)]
    [InlineData(Assumption.Override, false)]
    public async Task WhoCan_OfAPolicyThatIsNotEnforced_SaysThatItAssumesMore(Assumption assumption, bool isNoted)
    {
        var path = _folder.Write("audit.json", ProofFolder.Policy.Replace("\"enforce\"", "\"audit\"", StringComparison.Ordinal));

        var (_, output, _) = await _folder.RunAsync((output, errors) => PolicyWhoCanCommand.RunAsync(
            path, new AskedGoal("kubelet", null, null, null), assumption, asJson: false, () => Stream.Null, output, errors, CancellationToken.None));

        output.EndsWith("The policy does not enforce every rule yet. Run it with --as-written for the answer with its modes.\n", StringComparison.Ordinal).ShouldBe(isNoted, output);
    }

    [Theory]
    [InlineData("kube-system/autoscaler", 1, $"  GET /metadata/identity/oauth2/token: kubelet for {Arm}", "Nothing else. This is a proof, not a sample.")]
    public async Task WhatCan_Workload_TellsEverythingThatItIsPermitted(string workload, int exit, params string[] lines)
    {
        var (ended, output, errors) = await WhatCanAsync(workload);

        errors.ShouldBeEmpty();
        ended.ShouldBe(exit, output);
        foreach (var line in lines)
        {
            output.Split('\n').Contains(line, StringComparer.Ordinal).ShouldBeTrue($"{line}\nis not in\n{output}");
        }
    }

    [Fact]
    public async Task WhatCan_AsJson_HasTheShapeOfWhoCanWithRequests()
    {
        var (_, output, _) = await WhatCanAsync("kube-system/autoscaler", asJson: true);

        var answer = JsonNode.Parse(output)!.AsObject();
        answer.Select(static member => member.Key).ShouldBe(["policy", "question", "modes", "answers", "complete"]);
        var grant = answer["answers"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)grant["requests"]!).ShouldBe($"GET /metadata/identity/oauth2/token: kubelet for {Arm}");
        ((string)grant["rule"]!).ShouldBe("system");
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("shop/")]
    [InlineData("shop/web/0")]
    [InlineData("shop/*")]
    public async Task WhatCan_WhatIsNoWorkload_IsWrongUsage(string workload)
    {
        var (exit, _, errors) = await WhatCanAsync(workload);

        exit.ShouldBe(2);
        errors.ShouldStartWith($"imds-proxy: policy what-can: '{workload}': write a namespace and a service account");
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int Exit, string Output, string Errors)> WhoCanAsync(AskedGoal asked, bool asJson = false, Assumption assumption = Assumption.Enforced) =>
        _folder.RunAsync((output, errors) => PolicyWhoCanCommand.RunAsync(
            _folder.Write("policy.json", ProofFolder.Policy), asked, assumption, asJson, () => Stream.Null, output, errors, CancellationToken.None));

    private Task<(int Exit, string Output, string Errors)> WhatCanAsync(string workload, bool asJson = false) =>
        _folder.RunAsync((output, errors) => PolicyWhatCanCommand.RunAsync(
            _folder.Write("policy.json", ProofFolder.Policy), workload, Assumption.Enforced, asJson, () => Stream.Null, output, errors, CancellationToken.None));
}
