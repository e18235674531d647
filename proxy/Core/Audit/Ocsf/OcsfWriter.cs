using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ImdsProxy.Core.Audit.Ocsf;

/// <summary>
/// Writes records as events of the Open Cybersecurity Schema Framework: class API Activity (6003) with the security-control profile. Use it
/// on one thread.
/// </summary>
/// <param name="json">Receives one object for each record.</param>
public sealed class OcsfWriter(Utf8JsonWriter json)
{
    /// <summary>The version of the schema.</summary>
    public const string SchemaVersion = "1.8.0";

    private const int Category = 6;
    private const int Class = 6003;
    private const string Service = "Azure Instance Metadata Service";
    private const string ServiceAddress = "169.254.169.254";
    private const int ServicePort = 80;

    // The role of a resource in the activity.
    private const int Target = 1;
    private const int Actor = 2;

    // The type of a user that is a service.
    private const int ServiceUser = 4;

    // The schema enumerates methods. These are the ones that it has and that HTTP clients use.
    private static readonly ImmutableArray<string> Methods = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

    private readonly AuditLine _fields = new();
    private byte[] _line = [];

    /// <summary>Writes a record. Returns false for a line that is not a request: events are not API activity.</summary>
    public bool TryWrite(ReadOnlyMemory<byte> line)
    {
        _line = line.ToArray();
        if (!_fields.TryParse(_line) || Text(AuditField.Kind) != "request" || Moment() is not { } time)
        {
            return false;
        }

        json.WriteStartObject();
        WriteClass(time);
        WriteVerdict();
        WriteMetadata();
        WriteActor();
        WriteEndpoints();
        WriteApi();
        WriteHttp();
        WriteResources();
        WriteUnmapped();
        json.WriteEndObject();
        return true;
    }

    private void WriteClass(DateTimeOffset time)
    {
        var activity = OcsfActivity.Of(Text(AuditField.Method), Text(AuditField.Path));
        json.WriteNumber("category_uid", Category);
        json.WriteNumber("class_uid", Class);
        json.WriteString("class_name", "API Activity");
        json.WriteNumber("activity_id", activity);
        json.WriteString("activity_name", OcsfActivity.Name(activity));
        json.WriteNumber("type_uid", (Class * 100) + activity);
        json.WriteNumber("time", time.ToUnixTimeMilliseconds());
        if (_fields.TryGetNumber(_line, AuditField.Summed, out var summed))
        {
            json.WriteNumber("count", (long)summed);
        }
    }

    private void WriteVerdict()
    {
        var (verdict, quiet) = (Text(AuditField.Verdict), Text(AuditField.Quiet) == "true");
        var meaning = OcsfVerdict.Of(verdict);
        json.WriteNumber("severity_id", meaning.SeverityId);
        json.WriteNumber("action_id", meaning.ActionId);
        json.WriteString("action", meaning.Action);
        json.WriteNumber("disposition_id", meaning.DispositionId);
        json.WriteString("disposition", meaning.Disposition);
        json.WriteBoolean("is_alert", verdict is "denied" or "would-deny" && !quiet);
        var isSuccess = _fields.TryGetNumber(_line, AuditField.Status, out var status) && status is >= 200 and < 400;
        json.WriteNumber("status_id", isSuccess ? 1 : 2);
        Write("status_code", Text(AuditField.Status));
        Write("status_detail", Text(AuditField.Reason));
        if (Text(AuditField.Revision) is { } revision)
        {
            json.WriteStartObject("policy");
            json.WriteString("uid", revision);
            json.WriteBoolean("is_applied", Text(AuditField.Mode) == "enforce");
            json.WriteEndObject();
        }

        if (Text(AuditField.Rule) is { } rule)
        {
            json.WriteStartObject("firewall_rule");
            json.WriteString("name", rule);
            json.WriteEndObject();
        }
    }

    private void WriteMetadata()
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", SchemaVersion);
        json.WriteStartArray("profiles");
        json.WriteStringValue("security_control");
        json.WriteEndArray();
        json.WriteStartObject("product");
        json.WriteString("name", "ImdsProxy");
        json.WriteString("vendor_name", "ImdsProxy");
        json.WriteEndObject();
        Write("uid", Text(AuditField.Id));
        json.WriteString("log_name", "audit");
        json.WriteString("original_time", Text(AuditField.Time));
        if (_fields.TryGetNumber(_line, AuditField.Seq, out var seq))
        {
            json.WriteNumber("sequence", (long)seq);
        }

        json.WriteEndObject();
    }

    private void WriteActor()
    {
        json.WriteStartObject("actor");
        if (Text(AuditField.ServiceAccount) is { } account)
        {
            json.WriteStartObject("user");
            json.WriteString("name", $"system:serviceaccount:{Text(AuditField.Namespace)}:{account}");
            json.WriteNumber("type_id", ServiceUser);
            json.WriteEndObject();
        }

        json.WriteString("app_name", Text(AuditField.Owner) ?? Text(AuditField.CallerKind) ?? "unknown");
        json.WriteEndObject();
    }

    private void WriteEndpoints()
    {
        json.WriteStartObject("src_endpoint");
        json.WriteString("name", Text(AuditField.Pod) is { } pod ? $"{Text(AuditField.Namespace)}/{pod}" : Text(AuditField.CallerKind) ?? "unknown");
        Write("uid", Text(AuditField.Uid));
        Write("ip", Text(AuditField.Ip));
        WriteNumber("port", AuditField.Port);
        Write("interface_name", Text(AuditField.Interface));
        json.WriteEndObject();
        json.WriteStartObject("dst_endpoint");
        json.WriteString("ip", ServiceAddress);
        json.WriteNumber("port", ServicePort);
        json.WriteString("svc_name", Service);
        json.WriteEndObject();
    }

    private void WriteApi()
    {
        json.WriteStartObject("api");
        json.WriteString("operation", $"{Text(AuditField.Method) ?? "?"} {Text(AuditField.Path) ?? Text(AuditField.RawTarget) ?? "?"}");
        Write("version", Text(AuditField.ApiVersion));
        json.WriteStartObject("service");
        json.WriteString("name", Service);
        json.WriteEndObject();
        if (Text(AuditField.Id) is { } id)
        {
            json.WriteStartObject("request");
            json.WriteString("uid", id);
            json.WriteStartObject("data");
            Write("resource", Text(AuditField.RequestedResource));
            Write(Text(AuditField.SelectorKind) ?? "identity", Text(AuditField.Selector));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteStartObject("response");
        WriteNumber("code", AuditField.Status);
        Write("error_message", Text(AuditField.Error));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteHttp()
    {
        json.WriteStartObject("http_request");
        Write("http_method", Text(AuditField.Method) is { } method && Methods.Contains(method, StringComparer.Ordinal) ? method : null);
        if (Text(AuditField.Path) is { } path)
        {
            json.WriteStartObject("url");
            json.WriteString("path", path);
            json.WriteEndObject();
        }

        Write("user_agent", Text(AuditField.UserAgent));
        json.WriteEndObject();
        if (_fields.Has(AuditField.Status))
        {
            json.WriteStartObject("http_response");
            WriteNumber("code", AuditField.Status);
            json.WriteEndObject();
        }
    }

    // The Azure resource that a credential opens, and the identity that it speaks for.
    private void WriteResources()
    {
        var resource = Text(AuditField.IssuedResource) ?? Text(AuditField.RequestedResource);
        var identity = Text(AuditField.ClientId) ?? Text(AuditField.Selector);
        if (resource is null && identity is null)
        {
            return;
        }

        json.WriteStartArray("resources");
        if (resource is not null)
        {
            WriteResource("Azure resource", resource, null, Target);
        }

        if (identity is not null)
        {
            WriteResource("Azure managed identity", Text(AuditField.Identity), identity, Actor);
        }

        json.WriteEndArray();
    }

    private void WriteResource(string type, string? name, string? uid, int role)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        Write("name", name);
        Write("uid", uid);
        json.WriteNumber("role_id", role);
        if (role == Actor && Text(AuditField.ExpiresOn) is { } expires)
        {
            json.WriteStartObject("data");
            Write("token_id", Text(AuditField.TokenId));
            json.WriteString("expires_on", expires);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteUnmapped()
    {
        json.WriteStartObject("unmapped");
        Write("cluster", Text(AuditField.Cluster));
        Write("node", Text(AuditField.Node));
        Write("instance", Text(AuditField.Instance));
        Write("verdict", Text(AuditField.Verdict));
        Write("mode", Text(AuditField.Mode));
        json.WriteEndObject();
    }

    private void Write(string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private void WriteNumber(string name, AuditField field)
    {
        if (_fields.TryGetNumber(_line, field, out var number))
        {
            json.WriteNumber(name, (long)number);
        }
    }

    private string? Text(AuditField field) => _fields.GetText(_line, field);

    private DateTimeOffset? Moment() =>
        DateTimeOffset.TryParse(Text(AuditField.Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
