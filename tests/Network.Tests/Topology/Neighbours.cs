namespace ImdsProxy.Network.Tests.Topology;

/// <summary>Rules of other products as they occur on nodes, reduced to the parts that matter here.</summary>
internal static class Neighbours
{
    /// <summary>kube-proxy: a service, node ports, and its mark for masquerading.</summary>
    public const string KubeProxy = """
        *mangle
        :KUBE-KUBELET-CANARY - [0:0]
        :KUBE-IPTABLES-HINT - [0:0]
        COMMIT
        *nat
        :KUBE-SERVICES - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-SVC-ABC - [0:0]
        :KUBE-SEP-ABC - [0:0]
        :KUBE-POSTROUTING - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A KUBE-SERVICES -d 10.0.0.10/32 -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp cluster IP" -m tcp --dport 53 -j KUBE-SVC-ABC
        -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-ABC
        -A KUBE-SVC-ABC -j KUBE-SEP-ABC
        -A KUBE-SEP-ABC -p tcp -m tcp -j DNAT --to-destination 10.244.0.12:53
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MASQUERADE
        COMMIT

        """;

    /// <summary>Calico: its chains come first everywhere and decide by marks and connection states.</summary>
    public const string Calico = """
        *raw
        :cali-PREROUTING - [0:0]
        -A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
        -A cali-PREROUTING -m comment --comment "cali:mark" -m mark --mark 0x10000/0x10000 -j ACCEPT
        COMMIT
        *mangle
        :cali-PREROUTING - [0:0]
        -A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
        -A cali-PREROUTING -m comment --comment "cali:state" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        COMMIT
        *filter
        :cali-FORWARD - [0:0]
        -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
        -A cali-FORWARD -i azv+ -m comment --comment "cali:mark" -j MARK --set-xmark 0x10000/0x10000
        COMMIT
        *nat
        :cali-PREROUTING - [0:0]
        :cali-POSTROUTING - [0:0]
        -A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
        -A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING
        COMMIT

        """;

    /// <summary>Azure CNI: packets that leave the pods' network get the node's address.</summary>
    public const string Masquerade = """
        *nat
        -A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE
        COMMIT

        """;

    /// <summary>AKS's own IMDS restriction, as AKS's node image creates it.</summary>
    public static string AksRestriction(string table) => $"""
        *{table}
        -A FORWARD ! -s {Cluster.NodeIp}/32 -d {Cluster.Imds}/32 -p tcp -m tcp --dport 80 -m comment --comment "AKS managed: added by AgentBaker ensureIMDSRestriction for IMDS restriction feature" -j DROP
        COMMIT

        """;
}
