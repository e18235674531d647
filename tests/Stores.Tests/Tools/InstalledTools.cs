using ImdsProxy.TestKit.Stores;
using Xunit;

namespace ImdsProxy.Stores.Tests.Tools;

/// <summary>Skips tests on machines without the tools.</summary>
internal static class InstalledTools
{
    /// <summary>Skips the test with a reason if the packages can't be installed.</summary>
    public static async Task RequireAsync()
    {
        if (await StoreTools.MissingAsync() is { } missing)
        {
            Assert.Skip(missing);
        }
    }
}
