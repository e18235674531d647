using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs;

/// <summary>A part of a policy that has no effect.</summary>
/// <param name="Kind">The reason why the part has no effect.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="RuleIndex">The rule's index in the document, from 0.</param>
/// <param name="AllowIndex">The index of the allow in the rule, or null if the finding is about something else.</param>
/// <param name="DenyIndex">The index of the deny in the rule, or null if the finding is about something else.</param>
/// <param name="Others">The names of the rules that deny it or make it redundant; empty if it never matches.</param>
public sealed record Finding(FindingKind Kind, string Rule, int RuleIndex, int? AllowIndex, int? DenyIndex, ImmutableArray<string> Others);
