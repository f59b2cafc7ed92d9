using System.Diagnostics;

namespace UDPack.Diagnostics;

/// <summary>Spans whose listeners cannot do harm: they are exporters or the application's code, and run as a span begins and ends.</summary>
internal static class GuardedSpans
{
    /// <summary>Null if nobody listens, or who listens threw.</summary>
    public static Activity? TryStart(this ActivitySource source, string name, ActivityKind kind)
    {
        try
        {
            return source.StartActivity(name, kind);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    public static void TryStop(this Activity span)
    {
        try
        {
            span.Stop();
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The span is lost; what it measured goes on.
        }
    }
}
