namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The document that contains values.</summary>
/// <param name="Bytes">The document's JSON, in UTF-8.</param>
/// <param name="Label">For a fragment: the prefix of every place, which is the file's name and a colon. Empty if the policy is a single document.</param>
/// <param name="Start">For a fragment: its offset in the merged policy.</param>
/// <param name="Texts">The strings shared by all documents that are read together.</param>
internal sealed record LocatedDocument(ReadOnlyMemory<byte> Bytes, string Label, int Start, SharedTexts Texts);
