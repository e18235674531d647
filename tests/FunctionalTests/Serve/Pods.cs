using System.Net;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The simulated pods, which have different loopback addresses.</summary>
internal static class Pods
{
    public static readonly IPAddress FluentBit = IPAddress.Parse("127.0.0.11");
    public static readonly IPAddress Web = IPAddress.Parse("127.0.0.12");
    public static readonly IPAddress Autoscaler = IPAddress.Parse("127.0.0.13");
    public static readonly IPAddress Quarantined = IPAddress.Parse("127.0.0.14");

    /// <summary>An address that two pods claim.</summary>
    public static readonly IPAddress Twins = IPAddress.Parse("127.0.0.20");

    /// <summary>An address that no pod has.</summary>
    public static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.99");

    /// <summary>The callers file.</summary>
    public static string File => FileWith("");

    /// <summary>The callers file with one additional pod.</summary>
    public static string FileWith(IPAddress address, string ns, string serviceAccount) =>
        FileWith("," + Entry(address, ns, serviceAccount));

    private static string FileWith(string more) => $$"""
        {"pods":[
          {{Entry(FluentBit, "logging", "fluent-bit")}},
          {{Entry(Web, "shop", "web")}},
          {{Entry(Autoscaler, "kube-system", "cluster-autoscaler")}},
          {{Entry(Quarantined, "infected", "miner")}},
          {{Entry(Twins, "logging", "fluent-bit")}},
          {{Entry(Twins, "shop", "twin")}}
          {{more}}
        ]}
        """;

    private static string Entry(IPAddress address, string ns, string serviceAccount) =>
        $$"""{"ip":"{{address}}","namespace":"{{ns}}","name":"{{serviceAccount}}-0","uid":"uid-{{ns}}-{{serviceAccount}}","serviceAccount":"{{serviceAccount}}","labels":{"app":"{{serviceAccount}}"},"owner":"DaemonSet/{{serviceAccount}}"}""";
}
