namespace ImdsProxy.Core.Policy.Reading;

/// <summary>What values stand in.</summary>
/// <param name="Bytes">UTF-8 JSON.</param>
/// <param name="Label">Of a fragment: its file's name with a colon, which places begin with; empty where there is only one.</param>
/// <param name="Start">Of a fragment: the offset at which it stands in the whole.</param>
/// <param name="Texts">The texts of all documents that are read together.</param>
internal sealed record LocatedDocument(ReadOnlyMemory<byte> Bytes, string Label, int Start, SharedTexts Texts);
