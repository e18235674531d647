using System.Globalization;
using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Workbench;

/// <summary>Writes the results of tests as JUnit XML, which CI systems show: a suite for each file.</summary>
internal static class TestsJUnit
{
    public static void Write(IReadOnlyList<TestedFile> files, TextWriter output)
    {
        output.WriteLine($"<testsuites{Counts(files)}>");
        foreach (var file in files)
        {
            WriteSuite(file, output);
        }

        output.WriteLine("</testsuites>");
    }

    private static void WriteSuite(TestedFile file, TextWriter output)
    {
        output.WriteLine($"  <testsuite{Attribute("name", file.Path)}{Counts([file])}>");
        foreach (var result in file.Results)
        {
            WriteCase(file, result, output);
        }

        if (!file.Warnings.IsEmpty)
        {
            output.WriteLine($"    <system-err>{XmlText.Escape(string.Join('\n', file.WarningLines))}</system-err>");
        }

        output.WriteLine("  </testsuite>");
    }

    private static void WriteCase(TestedFile file, PolicyTestResult result, TextWriter output)
    {
        var testCase = $"<testcase{Attribute("classname", file.Path)}{Attribute("name", result.Name)}";
        if (result.Passed)
        {
            output.WriteLine($"    {testCase} />");
            return;
        }

        output.WriteLine($"    {testCase}>");
        var element = TestedFile.IsFailed(result) ? "failure" : "error";
        var counterexample = XmlText.Escape(string.Join('\n', TestsText.Counterexample(result)));
        output.WriteLine($"      <{element}{Attribute("message", result.Failure)}>{counterexample}</{element}>");
        output.WriteLine("    </testcase>");
    }

    private static string Counts(IReadOnlyList<TestedFile> files) =>
        Count("tests", files.Sum(static file => file.Results.Length))
        + Count("failures", files.Sum(static file => file.Failed))
        + Count("errors", files.Sum(static file => file.Undecided));

    private static string Count(string name, int count) => Attribute(name, count.ToString(CultureInfo.InvariantCulture));

    private static string Attribute(string name, string value) => $" {name}=\"{XmlText.Escape(value)}\"";
}
