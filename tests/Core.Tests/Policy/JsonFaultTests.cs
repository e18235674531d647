using System.Text;
using ImdsProxy.Core.Policy.Reading;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>What an author reads about a text that is not JSON: the line, the column, the text and the cure.</summary>
public sealed class JsonFaultTests
{
    private const string Head = "{\"version\":1,\n";

    // text, line, message
    public static TheoryData<string, int, string> Faults => new()
    {
        { "", 1, "the document is empty" },
        { " \n ", 2, "the document is empty" },
        { "{", 1, "the document ends too early: close its last quote or bracket" },
        { Head + "\"mode\":\"enf", 2, "the document ends too early: close its last quote or bracket" },
        { Head + "\"rules\":[],}", 2, "column 12, '}': remove the comma before it" },
        { Head + "\"rules\":[1,]}", 2, "column 12, ']}': remove the comma before it" },
        { Head + "// the mode\n\"mode\":1}", 2, "column 1, '// the mode': remove the comment" },
        { Head + "# the mode\n\"mode\":1}", 2, "column 1, '# the mode': remove the comment" },
        { Head + "'mode':1}", 2, "column 1, ''mode':1}': write double quotes" },
        { Head + "\"mode\":'audit'}", 2, "column 8, ''audit'}': write double quotes" },
        { Head + "mode:1}", 2, "column 1, 'mode:1}': write a value or key in double quotes" },
        { Head + "\"mode\":audit}", 2, "column 8, 'audit}': write text in double quotes, a number, true, false, an object or a list" },
        { Head + "\"mode\":}", 2, "column 8, '}': write text in double quotes, a number, true, false, an object or a list" },
        { Head + "\"mode\" \"audit\"}", 2, "column 8, '\"audit\"}': write the colon that is missing before it" },
        { Head + "\"mode\":\"audit\"\n\"rules\":[]}", 3, "column 1, '\"rules\":[]}': write the comma that is missing before it" },
        { "[\"a\",\"b\" \"c\"]", 1, "column 10, '\"c\"]': write the comma that is missing before it" },
        { "{\"rules\":[{} {}]}", 1, "column 14, '{}]}': write the comma that is missing before it" },
        { Head + "\"rules\":[{]}", 2, "column 11, ']}': close the bracket that was opened last first" },
        { Head + "\"mode\":1}\n}", 3, "column 1, '}': remove what follows the end of the document" },
        { Head + "\"mode\":\"a\nb\"}", 2, "column 10, '': write \\n for a line break inside quotes, or close the quote" },
        { Head + "\"mode\":\"C:\\q\"}", 2, "column 12, 'q\"}': write \\\\ for a backslash" },
        { Head + "\"é\":audit}", 2, "column 5, 'audit}': write text in double quotes, a number, true, false, an object or a list" },
        { new string('[', 17), 1, "column 17, '[': it is nested more than 16 levels deep: write it flatter" },
        { $$"""{"{{new string('k', 600)}}":1}""", 1, "a key has more than 512 characters: shorten it" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Load_TextThatIsNotJson_NamesThePlaceAndTheCure(string text, int line, string message)
    {
        var problem = PolicyLoader.Load(Encoding.UTF8.GetBytes(text)).Problems.ShouldHaveSingleItem();

        (problem.Line, problem.Message).ShouldBe((line, $"the document: it is not JSON: {message}"));
    }
}
