namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>A test of what curl gets through the proxy.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CurlFactAttribute : FactAttribute
{
    /// <param name="needsIPv6">Whether the machine must have an IPv6 loopback address.</param>
    public CurlFactAttribute(bool needsIPv6 = false) => Skip =
        !Curl.IsThere ? "needs curl on the PATH" : needsIPv6 && !TargetSite.HasIPv6 ? "needs the address ::1" : null;
}
