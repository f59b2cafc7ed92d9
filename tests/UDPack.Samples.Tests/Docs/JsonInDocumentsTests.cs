using System.Text.Json;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace UDPack.Samples.Tests.Docs;

/// <summary>JSON in the documents can be read, and settings of UDPack in it are those of the schema.</summary>
public sealed class JsonInDocumentsTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    private static readonly IReadOnlyList<CodeBlock> Blocks = [.. CodeBlocks.All().Where(block => block.Info is "json" or "jsonc")];

    [Fact]
    public async Task Json_can_be_read_and_settings_fit_the_schema()
    {
        Assert.NotEmpty(Blocks);
        var schema = await JsonSchema.FromFileAsync(Path.Combine(Repository.Root, "appsettings.schema.json"));
        Assert.Empty(Blocks.SelectMany(block => Problems(block, schema)));
    }

    [Theory]
    [InlineData("{ \"Udpack\": { \"Sever\": {} } }")]
    [InlineData("{ \"Udpack\": ")]
    public async Task A_mistake_is_found(string json)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(Repository.Root, "appsettings.schema.json"));
        Assert.NotEmpty(Problems(Assert.Single(CodeBlocks.In("a.md", $"```json\n{json}\n```\n")), schema));
    }

    private static IEnumerable<string> Problems(CodeBlock block, JsonSchema schema)
    {
        try
        {
            using var parsed = JsonDocument.Parse(block.Text, WithComments);
            if (parsed.RootElement.ValueKind != JsonValueKind.Object || !parsed.RootElement.TryGetProperty("Udpack", out _))
            {
                return [];
            }
        }
        catch (JsonException exception)
        {
            return [$"{block.Place}: {exception.Message}"];
        }

        return new JsonSchemaValidator().Validate(JToken.Parse(block.Text), schema).Select(error => $"{block.Place}: {error.Path}: {error.Kind}");
    }
}
