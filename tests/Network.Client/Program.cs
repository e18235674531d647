using System.Globalization;
using System.Net;
using ImdsProxy.Network.Client;

// Acts as a pod or an API server. It is a separate program, so that it can run inside a network namespace.
return args switch
{
    ["azure-identity", var clientId, var resource] => await AzureIdentityClient.RunAsync(clientId, resource),
    ["azure-default", var clientId, var resource] => await DefaultCredentialClient.RunAsync(clientId, resource),
    ["udp-echo", var endPoint] => await Datagrams.EchoAsync(IPEndPoint.Parse(endPoint)),
    ["udp", var endPoint] => await Datagrams.AskAsync(IPEndPoint.Parse(endPoint)),
    ["ping", var address] => await Echo.RunAsync(IPAddress.Parse(address)),
    ["keep", var endPoint, var path] => await KeptConnection.RunAsync(IPEndPoint.Parse(endPoint), path),
    ["load", var endPoint, var path, var workers] => await Load.RunAsync(IPEndPoint.Parse(endPoint), path, int.Parse(workers, CultureInfo.InvariantCulture)),
    ["gaps", var endPoint, var path, var workers] => await Gaps.RunAsync(IPEndPoint.Parse(endPoint), path, int.Parse(workers, CultureInfo.InvariantCulture)),
    ["outage", var endPoint, var path, var patience, var mark] => await Outage.RunAsync(IPEndPoint.Parse(endPoint), path, int.Parse(patience, CultureInfo.InvariantCulture), mark),
    ["stand-in-proxy", var endPoint] => await StandInProxy.RunAsync(IPEndPoint.Parse(endPoint)),
    ["segment", var from, var to] => Segment.Send(IPEndPoint.Parse(from), IPEndPoint.Parse(to)),
    ["source-route", var router, var endPoint, var path] => await SourceRoute.RunAsync(IPAddress.Parse(router), IPEndPoint.Parse(endPoint), path),
    ["connect-hook", var cgroup] => await ConnectHook.RunAsync(cgroup),
    ["knock", var endPoint, [var letter], var count, var workers] => Knocker.Run(
        IPEndPoint.Parse(endPoint), (byte)letter, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(workers, CultureInfo.InvariantCulture)),
    ["kube-api"] => await KubernetesApi.RunAsync(),
    _ => 2,
};
