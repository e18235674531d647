using ImdsProxy.Doctor.Findings;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>Whether the API server answers this container's account.</summary>
internal sealed class ApiServerCheck(RightsReader rights) : ICheck
{
    public string Name => "api-server";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var found = await rights.ReadAsync(cancellation);
        return found switch
        {
            { NoAccount: { } reason } => Finding.NotApplicable(reason),
            { Failure: { } failure } => Finding.Broken(
                $"The API server does not answer this account: {failure}.",
                "Without it, the proxy learns of no new pod and no new policy. Check the network between the node and the API server, and the ServiceAccount."),
            _ => Finding.Good($"The API server at {rights.Server} answers."),
        };
    }
}
