namespace UDPack.Samples.Tests.Running;

/// <summary>A test that asks systemd-analyze, where it is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemdFactAttribute : FactAttribute
{
    public SystemdFactAttribute() => Skip =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "systemd-analyze")))
            ? null
            : "needs systemd-analyze";
}
