namespace ImdsProxy.Commands.Demo;

/// <summary>The demo's colours, as ANSI SGR codes (ECMA-48). The codes use the terminal's palette, so the colours suit its background.</summary>
internal enum Ink
{
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}
