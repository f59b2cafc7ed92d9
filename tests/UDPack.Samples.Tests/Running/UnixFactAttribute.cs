namespace UDPack.Samples.Tests.Running;

/// <summary>A test of what only Unix systems have: signals and file modes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs Unix signals or file modes" : null;
}
