using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>
/// Reads an object as clients send it: as JSON, or as protobuf, in which Helm stores its releases. From protobuf it reads only
/// the fields of a Secret, by the field numbers in Kubernetes' generated.proto.
/// </summary>
internal static class RequestBody
{
    private const int MagicLength = 4;

    public static async Task<JsonObject> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentType != "application/vnd.kubernetes.protobuf")
        {
            return (await JsonNode.ParseAsync(request.Body, cancellationToken: cancellation))!.AsObject();
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellation);
        var unknown = Fields(buffer.ToArray()[MagicLength..]);
        return Secret(unknown[2].Single());
    }

    private static JsonObject Secret(byte[] bytes)
    {
        var fields = Fields(bytes);
        var metadata = Fields(fields[1].Single());
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = Text(metadata[1].Single()),
                ["labels"] = Map(metadata[11], Text),
            },
            ["data"] = Map(fields[2], Convert.ToBase64String),
            ["type"] = Text(fields[3].Single()),
        };
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private static JsonObject Map(IEnumerable<byte[]> entries, Func<byte[], string> value) =>
        new(entries.Select(Fields).Select(entry => KeyValuePair.Create<string, JsonNode?>(Text(entry[1].Single()), value(entry[2].Single()))));

    // Only the length-delimited fields; the fields of a Secret have no other type.
    private static ILookup<int, byte[]> Fields(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        var fields = new List<(int Number, byte[] Bytes)>();
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                fields.Add((WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray()));
            }
            else
            {
                input.SkipLastField();
            }
        }

        return fields.ToLookup(field => field.Number, field => field.Bytes);
    }
}
