using System.Net;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>A TCP socket of this network namespace.</summary>
/// <param name="State">The state of the connection.</param>
/// <param name="Local">The socket's own address and port.</param>
/// <param name="Remote">The address and port that it is connected to, before any translation.</param>
/// <param name="Uid">The user that created it.</param>
/// <param name="Cgroup">The id of the cgroup v2 in which it was created, or 0 if this kernel does not tell.</param>
internal readonly record struct NodeSocket(TcpState State, IPEndPoint Local, IPEndPoint Remote, uint Uid, ulong Cgroup);
