namespace ImdsProxy.Operate;

/// <summary>The body of an answer that says no; the same shape as a denial's.</summary>
internal sealed record ManagementError(string Error, string ErrorDescription);
