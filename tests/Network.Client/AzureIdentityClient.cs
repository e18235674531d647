using Azure.Core;
using Azure.Identity;

namespace ImdsProxy.Network.Client;

/// <summary>The unmodified SDK: requests a token of a user-assigned identity.</summary>
internal static class AzureIdentityClient
{
    public static async Task<int> RunAsync(string clientId, string resource)
    {
        var options = new ManagedIdentityCredentialOptions(ManagedIdentityId.FromUserAssignedClientId(clientId));
        options.Retry.MaxRetries = 1;
        try
        {
            var token = await new ManagedIdentityCredential(options)
                .GetTokenAsync(new TokenRequestContext([$"{resource}/.default"]), CancellationToken.None);
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
