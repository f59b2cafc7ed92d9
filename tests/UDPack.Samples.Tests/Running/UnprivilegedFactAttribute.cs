namespace UDPack.Samples.Tests.Running;

/// <summary>A test of a file that may not be read; root may read every file.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute() =>
        Skip = OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess ? "needs a Unix user other than root" : null;
}
