using System.Globalization;
using System.Xml;
using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Workbench;

/// <summary>Writes the results of tests as JUnit XML, which CI systems show: a suite for each file.</summary>
internal static class TestsJUnit
{
    public static void Write(IReadOnlyList<TestedFile> files, TextWriter output)
    {
        using (var xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("testsuites");
            WriteCounts(xml, files);
            foreach (var file in files)
            {
                WriteSuite(xml, file);
            }

            xml.WriteEndElement();
        }

        output.WriteLine();
    }

    private static void WriteSuite(XmlWriter xml, TestedFile file)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", file.Path);
        WriteCounts(xml, [file]);
        foreach (var result in file.Results)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", file.Path);
            xml.WriteAttributeString("name", result.Name);
            if (!result.Passed)
            {
                WriteFailure(xml, result);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteFailure(XmlWriter xml, PolicyTestResult result)
    {
        xml.WriteStartElement(TestedFile.IsFailed(result) ? "failure" : "error");
        xml.WriteAttributeString("message", result.Failure);
        xml.WriteString(string.Join('\n', TestsText.Counterexample(result)));
        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<TestedFile> files)
    {
        Write("tests", files.Sum(static file => file.Results.Length));
        Write("failures", files.Sum(static file => file.Failed));
        Write("errors", files.Sum(static file => file.Undecided));

        void Write(string name, int count) => xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));
    }
}
