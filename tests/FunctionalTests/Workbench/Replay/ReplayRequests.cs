using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Workbench.Replay;

/// <summary>A request of the replay.</summary>
/// <param name="Pod">The pod that sends it.</param>
/// <param name="Request">The request.</param>
internal sealed record ReplayRequest(ReplayPod Pod, RawRequest Request);

/// <summary>Random requests of random pods: what callers ask for, and what nobody should ask for.</summary>
internal sealed class ReplayRequests(Random random)
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01";

    private static readonly string[] Resources = ["https://management.azure.com", "https://management.azure.com/", "https://vault.azure.net", "https://HTTPBIN.example", "https%3A%2F%2Fvault.azure.net%2F"];

    private static readonly (string Method, string Target)[] Others =
    [
        ("GET", "/metadata/instance?api-version=2021-02-01"), ("GET", "/metadata/instance"), ("GET", "/metadata/instance/compute?api-version=2020-09-01&format=json"),
        ("GET", "/metadata/instance/compute/location?api-version=2021-02-01&format=text"), ("GET", "/metadata/instance?api-version=2021-02-01&team=blue"),
        ("GET", "/metadata/versions"), ("GET", "/metadata/scheduledevents?api-version=2019-08-01"), ("POST", "/metadata/scheduledevents?api-version=2019-08-01"),
        ("GET", "/metadata/attested/document?api-version=2020-09-01"), ("GET", "/metadata/loadbalancer?api-version=2020-10-01"),
        ("GET", "/latest/meta-data/hostname"), ("PUT", "/latest/api/token"), ("GET", "/metadata/identity/info?api-version=2018-02-01"), ("GET", "/metadata/unheard/of"),
    ];

    /// <summary>The identities of the node. The first one answers requests that name none.</summary>
    public static ImmutableArray<FakeIdentity> Identities { get; } =
    [
        FakeIdentity.Create("e5dbcd30-9b3d-4041-b791-ac23f9038175", FakeVm.IdentityResourceId("one")),
        FakeIdentity.Create("2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", FakeVm.IdentityResourceId("two")),
        FakeIdentity.Create("91d0a3c4-7c0e-4d7b-b6a5-3f0d2c8e1b52", FakeVm.IdentityResourceId("three")),
    ];

    public ReplayRequest Next(int number)
    {
        var pod = ReplayPod.All[random.Next(ReplayPod.All.Count)];
        var request = (random.Next(400) switch
        {
            0 => RawRequest.Get("/metadata/instance/%2e%2e/versions"),
            < 200 => RawRequest.Get(TokenTarget()),
            < 215 => new RawRequest("POST", $"/metadata/identity/issuecredential?cred-api-version=2.0{Selector()}").WithBody("""{"csr":"x"}""").With("Content-Type", "application/json"),
            _ => Other(),
        }).With("User-Agent", $"replay/{number.ToString(CultureInfo.InvariantCulture)}");
        return new ReplayRequest(pod, random.Next(12) == 0 ? request.Without("Metadata") : request);
    }

    private RawRequest Other()
    {
        var (method, target) = Others[random.Next(Others.Length)];
        var request = new RawRequest(method, target);
        return method == "POST" ? request.WithBody("""{"StartRequests":[{"EventId":"e1"}]}""").With("Content-Type", "application/json") : request;
    }

    private string TokenTarget() =>
        $"{Token}{(random.Next(25) == 0 ? "" : $"&resource={Resources[random.Next(Resources.Length)]}")}{Selector()}{(random.Next(20) == 0 ? "&authority=x" : "")}";

    private string Selector()
    {
        var identity = Identities[random.Next(Identities.Length)];
        return random.Next(9) switch
        {
            0 or 1 => "",
            2 or 3 => $"&object_id={identity.ObjectId}",
            4 or 5 => $"&msi_res_id={identity.ResourceId}",
            6 => $"&mi_res_id={identity.ResourceId}",
            7 when random.Next(5) == 0 => "&client_id=00000000-0000-4000-8000-000000000000",
            _ => $"&client_id={identity.ClientId}",
        };
    }
}
