using System.Globalization;
using System.Text;
using ImdsProxy.FakeImds;

namespace ImdsProxy.LoadTests.Upstream;

/// <summary>The stub's responses, rendered once: a token as large as a real one, and an instance document of the same size.</summary>
internal sealed class StubAnswers
{
    public const string ClientId = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string Resource = "https://management.azure.com";

    /// <summary>The resource, escaped for a query.</summary>
    public static readonly string EscapedResource = Uri.EscapeDataString(Resource);

    private readonly byte[] _token;
    private readonly byte[] _instance;
    private readonly byte[] _tokenThenClose;
    private readonly byte[] _instanceThenClose;

    public StubAnswers(DateTimeOffset now)
    {
        var token = TokenBody(now);
        var instance = Instance(token.Length);
        (_token, _tokenThenClose) = (Render(token.Span, close: false), Render(token.Span, close: true));
        (_instance, _instanceThenClose) = (Render(instance, close: false), Render(instance, close: true));
    }

    /// <summary>The body of a token response.</summary>
    public static ReadOnlyMemory<byte> TokenBody(DateTimeOffset now) => new FakeToken(FakeIdentity.Create(ClientId), Resource, now).ReplyAt(now).Body;

    /// <summary>Returns the response to a request.</summary>
    /// <param name="token">Whether the request is for a token.</param>
    /// <param name="close">Whether the client wants the connection closed.</param>
    public byte[] Of(bool token, bool close) => (token, close) switch
    {
        (true, false) => _token,
        (true, true) => _tokenThenClose,
        (false, false) => _instance,
        (false, true) => _instanceThenClose,
    };

    /// <summary>Renders a response for the stub's control paths.</summary>
    public static byte[] Number(long number) => Render(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)), close: false);

    private static byte[] Instance(int length)
    {
        const string Start = """{"compute":{"azEnvironment":"AzurePublicCloud","location":"westeurope","name":"aks-nodepool1-28617493-vmss_0","osType":"Linux","provider":"Microsoft.Compute","tags":" """;
        const string End = "\"}}";
        return Encoding.ASCII.GetBytes(Start.TrimEnd() + new string('t', length - Start.TrimEnd().Length - End.Length) + End);
    }

    private static byte[] Render(ReadOnlySpan<byte> body, bool close) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nServer: IMDS/150.870.65.1854\r\n{(close ? "Connection: close\r\n" : "")}Content-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];
}
