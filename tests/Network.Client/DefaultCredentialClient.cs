using Azure.Core;
using Azure.Identity;

namespace ImdsProxy.Network.Client;

/// <summary>The unmodified SDK's credential chain: the managed identity, then the Azure CLI.</summary>
internal static class DefaultCredentialClient
{
    public static async Task<int> RunAsync(string clientId, string resource)
    {
        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions
        {
            ManagedIdentityClientId = clientId,
            ExcludeEnvironmentCredential = true,
            ExcludeWorkloadIdentityCredential = true,
            ExcludeVisualStudioCredential = true,
            ExcludeVisualStudioCodeCredential = true,
            ExcludeAzurePowerShellCredential = true,
            ExcludeAzureDeveloperCliCredential = true,
            ExcludeBrokerCredential = true,
        });
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([$"{resource}/.default"]), CancellationToken.None);
            Console.WriteLine($"token until {token.ExpiresOn:O}");
            return 0;
        }
        catch (AuthenticationFailedException e)
        {
            Console.WriteLine(e.Message);
            return 1;
        }
    }
}
