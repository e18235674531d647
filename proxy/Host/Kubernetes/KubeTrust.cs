using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes;

/// <summary>Validates the API server's certificate. The CA file is read for every handshake, so a rotated CA takes effect.</summary>
internal sealed class KubeTrust(string? caFile)
{
    private string Authorities => caFile is null ? "the system's authorities" : $"the CA file {caFile}";

    /// <summary>Returns true, or throws an <see cref="AuthenticationException"/> that names the CA in use and the mismatch.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server)
        {
            throw new AuthenticationException("the API server presented no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException($"the API server's certificate is for another name ({server.Subject}; valid names: {Names(server)})");
        }

        if (caFile is null)
        {
            return errors == SslPolicyErrors.None ? true : throw Untrusted(server, chain);
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.CustomTrustStore.AddRange(ReadCa(caFile));
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(server) ? true : throw Untrusted(server, own);
    }

    /// <summary>Reads the authorities in a CA file.</summary>
    /// <exception cref="AuthenticationException">The file contains no certificate or cannot be read.</exception>
    public static X509Certificate2Collection ReadCa(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(BoundedFile.ReadText(path));
            return authorities.Count > 0 ? authorities : throw new AuthenticationException($"the CA file {path} contains no certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AuthenticationException($"the CA file {path} cannot be read: {e.Message}", e);
        }
    }

    private AuthenticationException Untrusted(X509Certificate2 server, X509Chain? chain)
    {
        var faults = chain?.ChainStatus.Select(static status => status.StatusInformation.Trim()) ?? [];
        return new AuthenticationException(
            $"the API server's certificate ({server.Subject}, issued by {server.Issuer}) is not trusted by {Authorities}: {string.Join("; ", faults)}");
    }

    private static string Names(X509Certificate2 server) =>
        string.Join(", ", server.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static ip => ip.ToString()))));
}
