using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using UDPack.Hosting;

namespace UDPack.Samples.Tests.Docs;

/// <summary>docs/configuration.md has every setting of appsettings.schema.json, with the default and range of the options types, and no other.</summary>
public sealed class SettingsInDocumentTests
{
    private static readonly Dictionary<string, string[]> Rows = Repository.Read("docs/configuration.md").Split('\n')
        .Where(line => line.StartsWith("| `Udpack:", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
        .ToDictionary(cells => cells[0].Trim('`'));

    [Fact]
    public void It_has_all_settings_of_the_schema_and_no_other()
    {
        var paths = new List<string>();
        Visit(JsonNode.Parse(Repository.Read("appsettings.schema.json"))!["properties"]!["Udpack"]!, "Udpack");
        Assert.NotEmpty(paths);
        Assert.Equal(paths.Order(StringComparer.Ordinal), Rows.Keys.Order(StringComparer.Ordinal));

        void Visit(JsonNode schema, string path)
        {
            if (schema["properties"] is JsonObject properties)
            {
                foreach (var (name, value) in properties)
                {
                    Visit(value!, $"{path}:{name}");
                }
            }
            else if (schema["additionalProperties"] is JsonObject item)
            {
                Visit(item, $"{path}:{{name}}");
            }
            else
            {
                paths.Add(path);
            }
        }
    }

    [Fact]
    public void Every_row_is_filled() => Assert.All(Rows.Values, cells =>
    {
        Assert.Equal(5, cells.Length);
        Assert.DoesNotContain("", cells);
    });

    [Fact]
    public void Defaults_and_ranges_are_those_of_the_options_types()
    {
        var wrong = new List<string>();
        Visit(new UdpackServerOptions(), "Udpack:Server");
        Visit(new UdpackKeysOptions(), "Udpack:Keys");
        Visit(new UdpackClientSettings(), "Udpack:Clients:{name}");
        Assert.Empty(wrong);

        void Visit(object options, string path)
        {
            foreach (var property in options.GetType().GetProperties())
            {
                var value = property.GetValue(options);
                var propertyPath = $"{path}:{property.Name}";
                if (value is IDictionary map)
                {
                    Visit(Activator.CreateInstance(map.GetType().GetGenericArguments()[1])!, $"{propertyPath}:{{name}}");
                }
                else if (value is not null && !property.PropertyType.IsEnum && property.PropertyType.Namespace == typeof(UdpackServerOptions).Namespace)
                {
                    Visit(value, propertyPath);
                }
                else
                {
                    Expect(propertyPath, 2, Default(value));
                    Expect(propertyPath, 3, Range(property));
                }
            }
        }

        void Expect(string path, int column, string? expected)
        {
            // A required setting has no default; what has no range has a text instead.
            var cell = Rows.GetValueOrDefault(path)?[column];
            if (expected is not null && cell != expected && !(column == 2 && cell == "required"))
            {
                wrong.Add($"{path}: '{cell}' should be '{expected}'");
            }
        }
    }

    private static string Default(object? value) => value switch
    {
        null or "" => "none",
        TimeSpan time => $"`{time:c}`",
        true => "`true`",
        false => "`false`",
        int or long or double => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
        IList { Count: 0 } => "empty",
        _ => $"`{value}`",
    };

    private static string? Range(PropertyInfo property)
    {
        var range = property.GetCustomAttributesData()
            .FirstOrDefault(attribute => attribute.AttributeType.Name is "NumberRangeAttribute" or "DecimalRangeAttribute" or "DurationRangeAttribute")?.ConstructorArguments;
        return range is null ? null : $"`{Text(range[0])}` – `{Text(range[1])}`";

        static string Text(CustomAttributeTypedArgument argument) => argument.Value is string time
            ? TimeSpan.Parse(time, CultureInfo.InvariantCulture).ToString("c", CultureInfo.InvariantCulture)
            : Convert.ToString(argument.Value, CultureInfo.InvariantCulture)!;
    }
}
