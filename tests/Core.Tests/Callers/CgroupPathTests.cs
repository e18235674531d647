using ImdsProxy.Core.Callers;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Callers;

/// <summary>The owner of a cgroup, by its path. Only kubelet's own directories identify a pod.</summary>
public sealed class CgroupPathTests
{
    private const string Uid = "0f3d2a61-8f3c-4c6e-9d52-3b1f0a7c9e11";
    private const string Other = "aaaaaaaa-8f3c-4c6e-9d52-3b1f0a7c9e11";
    private const string StaticUid = "b6ee0a2d5c7f4a3c9e1d2b3a4f5e6d7c";

    private static readonly string Systemd = Uid.Replace('-', '_');

    public static TheoryData<string, string> Paths => new()
    {
        // systemd driver
        { $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{Systemd}.slice/cri-containerd-1.scope", $"pod {Uid}" },
        { $"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{Systemd}.slice/cri-containerd-1.scope", $"pod {Uid}" },
        { $"/kubepods.slice/kubepods-pod{Systemd}.slice/cri-containerd-1.scope", $"pod {Uid}" },
        { $"/kubepods.slice/kubepods-pod{Systemd}.slice", $"pod {Uid}" },
        { $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{StaticUid}.slice/x", $"pod {StaticUid}" },

        // cgroupfs driver
        { $"/kubepods/burstable/pod{Uid}/4711", $"pod {Uid}" },
        { $"/kubepods/besteffort/pod{Uid}/4711", $"pod {Uid}" },
        { $"/kubepods/pod{Uid}/4711", $"pod {Uid}" },
        { $"/kubepods/pod{Uid}", $"pod {Uid}" },

        // A container chooses the names below its own directory.
        { $"/kubepods/pod{Uid}/4711/kubepods/pod{Other}", $"pod {Uid}" },
        { $"/kubepods/pod{Uid}/4711/pod{Other}/pod{Other}", $"pod {Uid}" },
        { $"/kubepods.slice/kubepods-pod{Systemd}.slice/x.scope/kubepods.slice/kubepods-pod{Other.Replace('-', '_')}.slice/y", $"pod {Uid}" },
        { $"/kubepods/pod{Uid}/x/system.slice/kubelet.service", $"pod {Uid}" },
        { $"/system.slice/web.service/kubepods/pod{Uid}", "node web.service" },
        { $"/user.slice/user-1000.slice/kubepods.slice/kubepods-pod{Systemd}.slice/x", "node x" },

        // In kubelet's directory, but no pod of it.
        { "/kubepods", "none" },
        { "/kubepods.slice", "none" },
        { "/kubepods.slice/kubepods-burstable.slice", "none" },
        { "/kubepods/burstable", "none" },
        { $"/kubepods/other/pod{Uid}", "none" },
        { $"/kubepods/burstable/burstable/pod{Uid}", "none" },
        { "/kubepods/pod", "none" },
        { "/kubepods/pod../x", "none" },
        { $"/kubepods/pod{new string('a', 65)}", "none" },
        { $"/kubepods/pod{Uid}\n", "none" },
        { $"/kubepods/xpod{Uid}", "none" },
        { $"/kubepods.slice/pod{Systemd}.slice", "none" },
        { $"/kubepods.slice/kubepods-pod{Uid}.slice", "none" },
        { $"/kubepods.slice/kubepods-pod{Systemd}.scope", "none" },
        { "/kubepods.slice/kubepods-pod.slice", "none" },
        { $"/kubepods.slice/kubepods-burstable.slice/kubepods-pod{Systemd}.slice", "none" },
        { $"/kubepods.slice/kubepods-besteffort.slice/kubepods-burstable-pod{Systemd}.slice", "none" },

        // The node.
        { "/system.slice/kubelet.service", "node kubelet.service" },
        { "/system.slice/containerd.service/child/grandchild", "node containerd.service" },
        { "/user.slice/user-1000.slice/session-3.scope", "node session-3.scope" },
        { "/init.scope", "node init.scope" },
        { "/system.slice", "node system.slice" },
        { "/azure.slice/azure-walinuxagent.slice", "node azure-walinuxagent.slice" },
        { "/kubepods-x.slice/a.service", "node a.service" },
        { "/kube/kubelet", "node kube" },
        { $"/Kubepods/pod{Uid}", "node Kubepods" },
        { "/", "none" },
        { "", "none" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void OwnerOf_Path_IsWhatKubeletOrSystemdSays(string path, string expected) => Text(CgroupPath.OwnerOf(path)).ShouldBe(expected);

    private static string Text(SocketOwner owner) => owner switch
    {
        SocketOwner.OfPod pod => $"pod {pod.Uid}",
        SocketOwner.OfNode node => $"node {node.Unit}",
        _ => "none",
    };
}
