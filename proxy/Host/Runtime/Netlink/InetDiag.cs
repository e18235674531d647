namespace ImdsProxy.Runtime.Netlink;

/// <summary>Constants of <c>linux/sock_diag.h</c> and <c>linux/inet_diag.h</c>: questions about sockets, and the kernel's answers.</summary>
internal static class InetDiag
{
    /// <summary>SOCK_DIAG_BY_FAMILY, the type of the request and of its answer.</summary>
    public const ushort ByFamily = 20;

    /// <summary>AF_INET.</summary>
    public const byte IPv4 = 2;

    /// <summary>AF_INET6. A socket of this family may have IPv4-mapped addresses (RFC 4291, 2.5.5.2): Java, .NET and others connect so.</summary>
    public const byte IPv6 = 10;

    /// <summary>IPPROTO_TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>The length of <c>struct inet_diag_req_v2</c> in bytes.</summary>
    public const int RequestLength = 56;

    /// <summary>The length of <c>struct inet_diag_msg</c> in bytes. Attributes follow.</summary>
    public const int AnswerLength = 72;

    /// <summary>INET_DIAG_INFO, the attribute with <c>struct tcp_info</c>.</summary>
    public const int TcpInfo = 2;

    /// <summary>INET_DIAG_CGROUP_ID, the attribute with the id of the socket's cgroup v2.</summary>
    public const int CgroupId = 21;

    /// <summary>Offsets in <c>struct inet_diag_req_v2</c>.</summary>
    public static class Request
    {
        public const int Family = 0;
        public const int Protocol = 1;
        public const int Extensions = 2;
        public const int States = 4;
        public const int LocalPort = 8;
        public const int RemotePort = 10;
        public const int LocalAddress = 12;
        public const int RemoteAddress = 28;
        public const int Interface = 44;
        public const int Cookie = 48;
    }

    /// <summary>Offsets in <c>struct inet_diag_msg</c>. "Local" is the side of the socket's owner.</summary>
    public static class Answer
    {
        public const int Family = 0;
        public const int State = 1;
        public const int LocalPort = 4;
        public const int RemotePort = 6;
        public const int LocalAddress = 8;
        public const int RemoteAddress = 24;
        public const int Uid = 64;
    }
}
