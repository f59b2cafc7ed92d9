using System.Collections;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Tests.Schema;

/// <summary>Makes appsettings.schema.json of the options types and their documentation.</summary>
internal static class SettingsSchema
{
    private const string TimePattern = @"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$";
    private static readonly XmlDocs Docs = new(typeof(UdpackServerOptions).Assembly);

    private static readonly JsonSerializerOptions Serializer = new(JsonSerializerOptions.Default)
    {
        Converters = { new JsonStringEnumConverter() },
        RespectNullableAnnotations = true,
        PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSerializerOptions Writer = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Create()
    {
        var exporter = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
        var root = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "appsettings.json of an application with UDPack",
            ["type"] = "object",
            ["properties"] = new JsonObject { ["Udpack"] = Serializer.GetJsonSchemaAsNode(typeof(UdpackSection), exporter) },
        };
        return root.ToJsonString(Writer) + "\n";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }

        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var property = context.PropertyInfo?.AttributeProvider as PropertyInfo;
        var nullable = Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null;
        // Binding ignores the case of enum names and JSON cannot say that; the documented spelling is required here.
        if (type == typeof(TimeSpan))
        {
            schema["type"] = nullable ? new JsonArray("string", "null") : "string";
            schema["pattern"] = TimePattern;
            schema.Remove("$comment");
        }
        else if (type.IsEnum)
        {
            schema["type"] = "string";
        }
        else if (type == typeof(int) || type == typeof(long))
        {
            schema.Remove("pattern");
            schema["type"] = nullable ? new JsonArray("integer", "null") : "integer";
        }
        else if (typeof(IDictionary).IsAssignableFrom(type) || !type.Namespace!.StartsWith("UDPack", StringComparison.Ordinal))
        {
            // Maps have names of the user's choice.
        }
        else
        {
            schema["additionalProperties"] = false;
        }

        Annotate(schema, type, property);
        return schema;
    }

    private static void Annotate(JsonObject schema, Type type, PropertyInfo? property)
    {
        if (property?.GetCustomAttribute<NumberRangeAttribute>() is { } range)
        {
            schema["minimum"] = range.Minimum;
            schema["maximum"] = range.Maximum;
        }

        if (property?.GetCustomAttribute<DecimalRangeAttribute>() is { } decimals)
        {
            schema["minimum"] = decimals.Minimum;
            schema["maximum"] = decimals.Maximum;
        }

        var description = property is null ? Docs.Of(type) : Docs.Of(property) ?? Docs.Of(type);
        if (description is not null)
        {
            schema.Remove("description");
            schema.Insert(0, "description", description);
        }
    }

    /// <summary>The section "Udpack"; only for the schema.</summary>
    private sealed class UdpackSection
    {
        public UdpackServerOptions Server { get; set; } = new();

        public UdpackKeysOptions Keys { get; set; } = new();

        public IDictionary<string, UdpackClientSettings> Clients { get; } = new Dictionary<string, UdpackClientSettings>();
    }
}
