namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Why a demand is not proposed.</summary>
public enum LeftOutReason
{
    /// <summary>The base policy allows it already.</summary>
    AlreadyAllowed,

    /// <summary>A deny of the base policy closes it. Only a change of that rule opens it.</summary>
    DeniedByRule,

    /// <summary>The identity belongs to the node or is protected.</summary>
    NodeIdentity,

    /// <summary>The workload first asked for it long after its own first demand.</summary>
    Late,

    /// <summary>Fewer than half of the workload's asking pods asked for it.</summary>
    FewPods,

    /// <summary>It was first seen too recently.</summary>
    TooNew,

    /// <summary>It was asked for on too few days.</summary>
    TooRare,

    /// <summary>The record is truncated.</summary>
    Malformed,

    /// <summary>IMDS is not known to have the path.</summary>
    UnknownEndpoint,

    /// <summary>The request has a query key that IMDS is not known to have.</summary>
    UnknownParameter,

    /// <summary>IMDS never answered it.</summary>
    ImdsRefused,

    /// <summary>IMDS answered with another identity than the one that was asked for or is allowed.</summary>
    IdentityMismatch,

    /// <summary>Nothing tells the identity with which IMDS would answer, or no alias resolves the selector.</summary>
    IdentityUnknown,

    /// <summary>The token request names no resource, so a rule would have to allow every resource.</summary>
    NoResource,

    /// <summary>The request lacks IMDS's header. It needs no rule.</summary>
    Probe,

    /// <summary>The answer attests the node.</summary>
    Attested,

    /// <summary>The answer is a certificate, which is good for any resource.</summary>
    Certificate,

    /// <summary>The request approves scheduled events, which acts on the node.</summary>
    ApprovesEvents,

    /// <summary>The caller is not known.</summary>
    CallerUnknown,

    /// <summary>The workload had more demands than are kept.</summary>
    Folded,
}
