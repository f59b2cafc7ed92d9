using System.Reflection;
using UDPack.Samples.Tests.Docs.Running;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The tests that docs/testing.md shows are green.</summary>
public sealed class TestsInDocumentsTests
{
    private const string Document = "docs/testing.md";

    /// <summary>A factory of web applications wants their assemblies as files: that test is one of tests/UDPack.Testing.Tests, where it runs.</summary>
    private const string NeedsFiles = "WebApplicationFactory<";

    public static TheoryData<string> Projects() =>
    [
        .. CodeBlocks.In(Document, Repository.Read(Document))
            .Where(block => block.Text.Contains("[Fact]", StringComparison.Ordinal) && !block.Text.Contains(NeedsFiles, StringComparison.Ordinal))
            .Select(block => block.Project!),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Pass(string project)
    {
        var tests = DocumentProgram.Load(Document, project).GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .ToList();
        Assert.NotEmpty(tests);
        foreach (var test in tests)
        {
            var rows = test.GetCustomAttributes<InlineDataAttribute>().SelectMany(data => data.GetData(test)).DefaultIfEmpty([]);
            foreach (var row in rows)
            {
                await (Task)test.Invoke(Activator.CreateInstance(test.DeclaringType!), row)!;
            }
        }
    }
}
