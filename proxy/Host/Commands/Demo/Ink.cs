namespace ImdsProxy.Commands.Demo;

/// <summary>The colours of the demo, as ANSI SGR codes (ECMA-48); the terminal's own palette, so that they suit its background.</summary>
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
