using System.Reflection;

namespace UDPack.Testing.Tests.Docs;

/// <summary>The examples of docs/testing.md are code and tests of the build: they do not only compile, they pass.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("tests/UDPack.Testing.Tests/Docs/ShoutingServerTests.cs")]
    [InlineData("tests/UDPack.Testing.Tests/Docs/WebGameTests.cs")]
    [InlineData("tests/UDPack.WebGame/Program.cs")]
    public void The_documents_example_is_the_one_that_runs_here(string file)
    {
        var root = typeof(ExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var example = File.ReadAllText(Path.Combine(root, file)).Replace("namespace UDPack.Testing.Tests.Docs;\n\n", "", StringComparison.Ordinal);
        Assert.Contains($"```csharp complete\n{example}```", File.ReadAllText(Path.Combine(root, "docs/testing.md")), StringComparison.Ordinal);
    }
}
