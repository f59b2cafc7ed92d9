using System.Reflection;

namespace UDPack.Testing.Tests.Docs;

/// <summary>The example of docs/testing.md is a test of this project: it does not only compile, it passes.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void The_documents_example_is_the_one_that_runs_here()
    {
        var root = typeof(ExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var example = File.ReadAllText(Path.Combine(root, "tests/UDPack.Testing.Tests/Docs/ShoutingServerTests.cs"))
            .Replace("namespace UDPack.Testing.Tests.Docs;\n\n", "", StringComparison.Ordinal);
        Assert.Contains($"```csharp complete\n{example}```", File.ReadAllText(Path.Combine(root, "docs/testing.md")), StringComparison.Ordinal);
    }
}
