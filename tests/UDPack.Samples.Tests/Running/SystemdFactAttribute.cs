using UDPack.Finding;

namespace UDPack.Samples.Tests.Running;

/// <summary>A test that asks systemd-analyze, where it is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemdFactAttribute : FactAttribute
{
    public SystemdFactAttribute() => Skip = Executables.Find("systemd-analyze") is null ? "needs systemd-analyze" : null;
}
