namespace UDPack.Packages.Tests.Running;

/// <summary>A test that runs docfx, the tool that .config/dotnet-tools.json names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DocfxFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(() =>
        Command.DotnetSucceeds(Repository.Root, "tool", "restore") ? null : "needs the tool docfx, which cannot be restored");

    public DocfxFactAttribute() => Skip = Missing.Value;
}
