using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>A set of workloads that must never be permitted a set of requests.</summary>
/// <param name="Name">The test's name, unique in its file.</param>
/// <param name="Workloads">The workloads…</param>
/// <param name="Except">…without these.</param>
/// <param name="Goals">The requests, each written as a <c>deny</c> is.</param>
public sealed record PolicyNever(
    string Name, ImmutableArray<WorkloadMatch> Workloads, ImmutableArray<WorkloadMatch> Except, ImmutableArray<DenyPermission> Goals);
