using NJsonSchema;
using NJsonSchema.Validation;

namespace UDPack.Hosting.Tests.Schema;

public sealed class SettingsSchemaTests
{
    private static readonly string SchemaFile = Path.Combine(Repository.Root, "appsettings.schema.json");

    [Fact]
    public void The_schema_file_is_that_of_the_options_types()
    {
        var schema = SettingsSchema.Create();
        if (Environment.GetEnvironmentVariable("UDPACK_UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaFile, schema);
        }

        Assert.True(
            File.Exists(SchemaFile) && File.ReadAllText(SchemaFile) == schema,
            "appsettings.schema.json does not match the options types. Run the tests once with UDPACK_UPDATE_SCHEMA=1 to rewrite it.");
    }

    [Fact]
    public async Task The_appsettings_of_every_sample_are_valid()
    {
        var samples = Path.Combine(Repository.Root, "samples");
        var files = Directory.EnumerateFiles(samples, "appsettings*.json", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        foreach (var file in files)
        {
            var errors = await ValidateAsync(await File.ReadAllTextAsync(file));
            Assert.True(errors.Count == 0, $"{file}: {string.Join(", ", errors)}");
        }
    }

    [Theory]
    [InlineData("""{ "Udpack": { "Server": { "Endpoints": { "default": { "Address": "127.0.0.1", "Port": 9000, "Limits": { "MaxSessions": 5 } } } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Session": { "IdleTimeout": null }, "Shutdown": { "DrainTimeout": "00:00:05" }, "Limits": { "MaxSessionsPerAddress": null } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Handshake": { "Timeout": "00:00:00.5", "Algorithms": [ "Aes256Gcm", "ChaCha20Poly1305" ], "AddressValidation": "Always" } } } }""")]
    [InlineData("""{ "Udpack": { "Keys": { "Active": "k1", "Ring": { "k1": { "File": "keys/k1.key.pem" } } } } }""")]
    [InlineData("""{ "Udpack": { "Clients": { "echo": { "RemoteEndPoint": "127.0.0.1:9000", "ServerPublicKeyFile": "k1.pub.pem", "Handshake": { "RetryCount": 3 }, "KeepAlive": null } } } }""")]
    [InlineData("""{ "$schema": "appsettings.schema.json", "Serilog": { "MinimumLevel": "Debug" }, "Logging": {}, "Echo": { "Any": [ 1 ] } }""")]
    public async Task Good_settings_are_valid(string json) => Assert.Empty(await ValidateAsync(json));

    [Theory]
    [InlineData("""{ "Udpack": { "Sever": {} } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Limits": { "MaxSesions": 5 } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Endpoints": { "a": { "Prot": 1 } } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Endpoints": { "a": { "Port": 70000 } } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Endpoints": { "a": { "Port": "abc" } } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Handshake": { "Timeout": "banana" } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Handshake": { "Timeout": 10 } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Handshake": { "Timeout": null } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Handshake": { "Algorithms": [ "Rot13" ] } } } }""")]
    [InlineData("""{ "Udpack": { "Server": { "Limits": { "MaxSessions": null } } } }""")]
    [InlineData("""{ "Udpack": { "Keys": { "Ring": { "k1": { "Fil": "x" } } } } }""")]
    [InlineData("""{ "Udpack": { "Clients": { "echo": { "Handshake": { "RetryCount": -1 } } } } }""")]
    public async Task Bad_settings_are_not(string json) => Assert.NotEmpty(await ValidateAsync(json));

    [Fact]
    public void Every_setting_is_described()
    {
        // Objects without a description would leave an editor's user alone with a name.
        var undescribed = new List<string>();
        Visit(System.Text.Json.Nodes.JsonNode.Parse(SettingsSchema.Create())!["properties"]!["Udpack"]!.AsObject(), "Udpack");
        Assert.Empty(undescribed);

        void Visit(System.Text.Json.Nodes.JsonObject schema, string path)
        {
            foreach (var (name, value) in schema["properties"]?.AsObject() ?? [])
            {
                if (value!["description"] is null && path != "Udpack")
                {
                    undescribed.Add($"{path}:{name}");
                }

                Visit(value.AsObject(), $"{path}:{name}");
            }
        }
    }

    private static async Task<ICollection<ValidationError>> ValidateAsync(string json)
    {
        var schema = await JsonSchema.FromJsonAsync(SettingsSchema.Create());
        return schema.Validate(json);
    }
}
