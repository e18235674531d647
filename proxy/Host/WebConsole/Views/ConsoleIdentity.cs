namespace ImdsProxy.WebConsole.Views;

/// <summary>An identity. Without a client id, it is unknown.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Alias">Its name in the policy, if it has one.</param>
internal sealed record ConsoleIdentity(string? ClientId, string? Alias);
