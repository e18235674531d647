using System.Xml.Linq;
using ImdsProxy.Workbench;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Workbench;

public sealed class XmlTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("""<a b="c">&amp;</a> ]]> 'd' <!-- -->""")]
    [InlineData("tab\tline\nreturn\rboth\r\n  spaces  ")]
    [InlineData("größer, 名前, \U0001F511")]
    [InlineData("\u0085\u2028")]
    public void Escape_Text_IsReadBackUnchanged(string text) => ReadBack(text).ShouldBe((text, text));

    [Theory]
    [InlineData("\0", "\uFFFD")]
    [InlineData("a\u001b[31mb", "a\uFFFD[31mb")]
    [InlineData("\uFFFE\uFFFF", "\uFFFD\uFFFD")]
    public void Escape_WhatNoDocumentMayContain_IsReplaced(string text, string expected) => ReadBack(text).ShouldBe((expected, expected));

    // An attribute of a test can't hold one.
    [Fact]
    public void Escape_ALoneSurrogate_IsReplaced() => ReadBack($"{(char)0xD800} lone").ShouldBe(("\uFFFD lone", "\uFFFD lone"));

    private static (string Attribute, string Content) ReadBack(string text)
    {
        var element = XElement.Parse($"<e a=\"{XmlText.Escape(text)}\">{XmlText.Escape(text)}</e>", LoadOptions.PreserveWhitespace);
        return (element.Attribute("a")!.Value, element.Value);
    }
}
