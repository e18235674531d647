using System.Net;

namespace ImdsProxy.Docs.Tests.Reader;

/// <summary>The pods in the documents' examples.</summary>
internal static class Callers
{
    public static readonly IPAddress FluentBit = IPAddress.Parse("127.0.0.11");
    public static readonly IPAddress Web = IPAddress.Parse("127.0.0.12");
    public static readonly IPAddress Autoscaler = IPAddress.Parse("127.0.0.13");
    public static readonly IPAddress Events = IPAddress.Parse("127.0.0.14");

    /// <summary>The callers file with the addresses from the documents.</summary>
    public static string Documented => With("10.244.0");

    /// <summary>The same pods with loopback addresses, from which requests are possible on this machine.</summary>
    public static string OfThisMachine => With("127.0.0");

    private static string With(string network) => $$"""
        {"pods":[
          {"ip":"{{network}}.11","namespace":"logging","name":"fluent-bit-qg7vq","uid":"1","serviceAccount":"fluent-bit","labels":{"app":"fluent-bit"},"owner":"DaemonSet/fluent-bit"},
          {"ip":"{{network}}.12","namespace":"shop","name":"web-7d9c6b5f4-x2x9p","uid":"2","serviceAccount":"web","labels":{"app":"web"},"owner":"Deployment/web"},
          {"ip":"{{network}}.13","namespace":"kube-system","name":"cluster-autoscaler-5c4d","uid":"3","serviceAccount":"cluster-autoscaler","labels":{},"owner":"Deployment/cluster-autoscaler"},
          {"ip":"{{network}}.14","namespace":"logging","name":"fluent-bit-0","uid":"4","serviceAccount":"fluent-bit","labels":{"app":"fluent-bit"},"owner":"DaemonSet/fluent-bit"},
          {"ip":"{{network}}.15","namespace":"shop","name":"web-0","uid":"5","serviceAccount":"web","labels":{"app":"web"},"owner":"StatefulSet/web"}]}
        """;
}
