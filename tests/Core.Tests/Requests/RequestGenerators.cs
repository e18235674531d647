using FsCheck;
using FsCheck.Fluent;

namespace ImdsProxy.Core.Tests.Requests;

/// <summary>Generates request targets: noise, and valid targets with inserted parts that servers interpret differently.</summary>
internal static class RequestGenerators
{
    private static readonly string[] Paths =
    [
        "/metadata/identity/oauth2/token", "/metadata/instance", "/metadata/instance/compute/tagsList", "/metadata/identity/issuecredential",
        "/metadata/scheduledevents", "/metadata/attested/document", "/metadata", "/latest/meta-data", "/",
    ];

    private static readonly string[] Parameters =
    [
        "api-version=2018-02-01", "resource=https://vault.azure.net", "resource=https%3A%2F%2Fmanagement.azure.com%2F", "resource=api://2BC9E0C4",
        "client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "client_id=2BC9E0C4-4edd-4c1b-9972-3a095d2bdce6", "object_id=b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1",
        "msi_res_id=/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
        "mi_res_id=%2FSUBSCRIPTIONS%2Fs%2FresourceGroups%2FRG(1)%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2Fid",
        "bypass_cache=TRUE", "format=text", "foo=bar", "authority=https://login.microsoftonline.com/x", "extended=true",
    ];

    private static readonly string[] Noise =
    [
        "/", "\\", "//", ".", "..", ";x=1", "%2f", "%5c", "%00", "%25", "%3F", "?", "&", "=", "+", " ", "#", "%", "A", "é", "\u0131", "\uFF0F", "\0", "\r\n", ":", "@", "*", "%2e",
    ];

    /// <summary>A method, usually a standard HTTP method.</summary>
    public static Gen<string> Method => Gen.Frequency(
        (8, Gen.Elements("GET", "POST")),
        (1, Gen.Elements("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "")));

    /// <summary>Any text, or a valid target with some damage.</summary>
    public static Gen<string> Target => Gen.Frequency((1, Anything), (2, Assembled), (4, Assembled.SelectMany(Spoiled)));

    /// <summary>A valid path with some parameters in any order, some of them repeated.</summary>
    public static Gen<string> Assembled =>
        from path in Gen.Elements(Paths)
        from parameters in Gen.Elements(Parameters).ListOf()
        select parameters.Count == 0 ? path : path + "?" + string.Join('&', parameters.Distinct(StringComparer.Ordinal).Take(6));

    private static Gen<string> Anything =>
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "");

    private static Gen<string> Spoiled(string target) =>
        from noise in Gen.Elements(Noise)
        from at in Gen.Choose(0, target.Length)
        from replaced in Gen.Choose(0, Math.Min(1, target.Length - at))
        select target[..at] + noise + target[(at + replaced)..];
}
