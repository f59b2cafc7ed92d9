using UDPack.Finding;

namespace UDPack.Packages.Tests.Running;

/// <summary>A test that compiles to native code: it needs a linker, and the compiler's package for the SDK's version.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(FindMissing);

    public NativeFactAttribute() => Skip = Missing.Value;

    /// <summary>The linker, as the SDK calls it; null without one.</summary>
    public static string? Linker { get; } = OperatingSystem.IsWindows() ? null : Executables.Find("clang", "gcc");

    private static string? FindMissing()
    {
        if (Linker is null)
        {
            return "needs clang or gcc";
        }

        return CompilerPackage.IsThere() || CompilerPackage.CanBeRestored()
            ? null
            : $"needs the package {CompilerPackage.Id} {Repository.RuntimeVersion}, which cannot be restored";
    }

    private static class CompilerPackage
    {
        public static string Id => $"runtime.{Repository.RuntimeIdentifier}.Microsoft.DotNet.ILCompiler";

        public static bool IsThere() =>
            Directory.Exists(Path.Combine(PackageCache.Usual, Id.ToLowerInvariant(), Repository.RuntimeVersion));

        public static bool CanBeRestored()
        {
            using var folder = new TemporaryFolder();
            folder.Write("Probe.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework>
                    <PublishAot>true</PublishAot>
                  </PropertyGroup>
                </Project>
                """);
            return Command.DotnetSucceeds(folder.Path, "restore", "--runtime", Repository.RuntimeIdentifier);
        }
    }
}
