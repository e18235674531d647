namespace ImdsProxy.Core.Requests;

/// <summary>Parses a raw request once into its canonical form, or says why it is malformed.</summary>
public static class ImdsRequestParser
{
}
