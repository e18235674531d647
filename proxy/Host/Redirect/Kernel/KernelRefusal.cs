using System.Runtime.InteropServices;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>The kernel refused a transaction of nf_tables, so it made none of its changes.</summary>
/// <param name="change">The change that the kernel refused.</param>
/// <param name="code">The error number (errno).</param>
internal sealed class KernelRefusal(string change, int code)
    : IOException($"the kernel refused to {change}: {Marshal.GetPInvokeErrorMessage(code)} (error {code})")
{
    // EPERM and ENOENT.
    private const int NotPermitted = 1;
    private const int NotFound = 2;

    /// <summary>Whether the process lacks CAP_NET_ADMIN.</summary>
    public bool IsPermission => code == NotPermitted;

    /// <summary>Whether the table, the chain or the set does not exist, or the kernel lacks a part that the change needs.</summary>
    public bool IsMissing => code == NotFound;
}
