namespace UDPack.Tool.Tests.Running;

/// <summary>A test that needs signals.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs Unix signals" : null;
}
