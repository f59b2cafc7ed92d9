namespace UDPack.Samples.Tests.Telemetry;

/// <summary>A test of what a browser shows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Chromium.Path is null ? "needs chromium on the PATH" : null;
}
