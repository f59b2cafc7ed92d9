using UDPack.Diagnostics;
using UDPack.Hosting.Clients;
using UDPack.Hosting.Diagnostics;

namespace UDPack.Hosting;

/// <summary>The names under which metrics and traces are found: for <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry.</summary>
public static class UdpackDiagnostics
{
    /// <summary>The server's meter.</summary>
    public const string ServerMeterName = ServerMetrics.MeterName;

    /// <summary>The server's activity source.</summary>
    public const string ServerActivitySourceName = ServerTracing.SourceName;

    /// <summary>The clients' meter.</summary>
    public const string ClientMeterName = ClientMetrics.MeterName;

    /// <summary>The clients' activity source.</summary>
    public const string ClientActivitySourceName = ClientConnector.SourceName;
}
