using System.Reflection;
using System.Runtime.CompilerServices;
using ImdsProxy.Core.Policy;
using ImdsProxy.Host.Tests.Architecture;
using ImdsProxy.Serving;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests;

/// <summary>Rules about the structure of the code that the compiler cannot enforce.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Host = typeof(NodeProxy).Assembly;
    private static readonly Assembly Core = typeof(Permit).Assembly;
    private static readonly IReadOnlyCollection<TypeUse> HostUses = AssemblyUses.Of(Host);
    private static readonly IReadOnlyCollection<TypeUse> CoreUses = AssemblyUses.Of(Core);

    // Namespaces with I/O, clocks, threads or logging, and those that belong to the host.
    private static readonly string[] ForbiddenNamespaces =
        ["Microsoft.AspNetCore", "Microsoft.Extensions", "Microsoft.Win32", "Yarp", "System.Net.Http", "System.Net.Sockets", "System.Net.Security", "System.IO.Pipes", "System.Threading.Tasks", "System.Threading.Channels", "System.Timers", "System.Diagnostics.Metrics", "System.Reflection.Emit"];

    private static readonly string[] ForbiddenTypes =
        ["System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.FileSystemInfo", "System.IO.Directory", "System.IO.DirectoryInfo", "System.IO.StreamReader", "System.IO.StreamWriter", "System.IO.RandomAccess", "System.IO.FileSystemWatcher", "System.TimeProvider", "System.Threading.Timer", "System.Threading.Thread", "System.Threading.ThreadPool", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process", "System.Environment", "System.Console", "System.Random", "System.Activator"];

    private static readonly string[] ForbiddenMembers =
        ["System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid"];

    [Fact]
    public void Core_ReferencesOnlyAzureCoreAndTheBaseClassLibrary() => Core.GetReferencedAssemblies()
        .Select(reference => reference.Name!)
        .Where(name => name != "Azure.Core" && !name.StartsWith("System.", StringComparison.Ordinal))
        .ShouldBeEmpty();

    [Fact]
    public void Core_Types_UseNoIoClockOrThreads() => CoreUses.Where(IsImpure).ShouldBeEmpty();

    [Fact]
    public void Core_UsesOnlyResourceIdentifiersOfAzureCore() => CoreUses
        .Where(use => use.To.StartsWith("Azure.", StringComparison.Ordinal))
        .Select(use => use.To)
        .Distinct(StringComparer.Ordinal)
        .ShouldBe(["Azure.Core.ResourceIdentifier"]);

    [Fact]
    public void Core_Folders_FormNoCircle() => FolderCircles.In("ImdsProxy.Core", CoreUses).ShouldBeEmpty();

    // Proves that the rule can find a violation.
    [Fact]
    public void Host_Types_UseIo()
    {
        HostUses.ShouldContain(use => IsImpure(use) && use.To == "System.IO.File");
        HostUses.ShouldContain(use => IsImpure(use) && use.To == "System.TimeProvider");
        HostUses.ShouldContain(use => IsImpure(use) && use.ToNamespace == "System.Threading.Tasks");
        HostUses.ShouldContain(use => IsImpure(use) && use.ToNamespace == "Microsoft.Extensions.Logging");
    }

    [Fact]
    public void Host_Rooms_UseEachOtherOnlyThroughComposingRooms() =>
        new RoomRule("ImdsProxy", "Runtime", ["Enforce", "Sources", "Serving", "WebConsole", "Doctor", "Commands"])
            .Broken(HostUses.Where(use => !use.ToNamespace.StartsWith("ImdsProxy.Core", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void Host_Rooms_HaveNoCircleOfFolders() =>
        Rooms().SelectMany(static room => FolderCircles.In(room, HostUses)).ShouldBeEmpty();

    [Fact]
    public void Permit_IsCreatedByCoreOnly()
    {
        typeof(Permit).GetConstructors().ShouldBeEmpty();
        typeof(Permit).IsSealed.ShouldBeTrue();
        Core.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName).ShouldBe(["ImdsProxy.Core.Tests"]);
    }

    [Fact]
    public void Upstream_IsAskedByForwardOnlyAndWithAPermit()
    {
        var askers = HostUses.Where(use => use is { To: "ImdsProxy.Forward.Imds.Upstream", Member: "get_Invoker" }).Select(use => use.From).ToList();
        askers.ShouldBe(["ImdsProxy.Forward.Imds.StreamForwarder", "ImdsProxy.Forward.Imds.AnswerFetcher"], ignoreOrder: true);
        foreach (var method in askers.SelectMany(asker => Host.GetType(asker)!.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)))
        {
            method.GetParameters().ShouldContain(parameter => parameter.ParameterType == typeof(Permit), $"{method.DeclaringType}.{method.Name}");
        }
    }

    [Fact]
    public void Forward_IsUsedByEnforceThroughItsFaceAlone() => HostUses
        .Where(use => use.FromNamespace == "ImdsProxy.Enforce" && use.ToNamespace.StartsWith("ImdsProxy.Forward", StringComparison.Ordinal))
        .Select(use => use.To)
        .Distinct(StringComparer.Ordinal)
        .Except(
            ["ImdsProxy.Forward.Forwarder", .. new[] { "IReleaseGate", "ImdsAnswer", "ImdsAnswerBody", "ImdsAnswerWriter", "ForwardFailure" }.Select(name => $"ImdsProxy.Forward.Imds.{name}")],
            StringComparer.Ordinal)
        .ShouldBeEmpty();

    private static IEnumerable<string> Rooms() => HostUses
        .Select(static use => use.FromNamespace.Split('.'))
        .Where(static parts => parts is ["ImdsProxy", not "Core", ..])
        .Select(static parts => $"{parts[0]}.{parts[1]}")
        .Distinct(StringComparer.Ordinal);

    private static bool IsImpure(TypeUse use) =>
        ForbiddenNamespaces.Any(ns => use.ToNamespace == ns || use.ToNamespace.StartsWith(ns + ".", StringComparison.Ordinal))
        || ForbiddenTypes.Contains(use.To, StringComparer.Ordinal)
        || ForbiddenMembers.Contains($"{use.To}.{use.Member}", StringComparer.Ordinal);
}
