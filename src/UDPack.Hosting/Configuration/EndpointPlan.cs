using System.Net;

namespace UDPack.Hosting.Configuration;

/// <summary>One endpoint's settings, with defaults filled in.</summary>
internal sealed record EndpointPlan(string Name, IPEndPoint LocalEndPoint, UdpackServerLimits Limits)
{
    public const string DefaultName = "default";

    public static IReadOnlyList<EndpointPlan> CreateAll(UdpackServerOptions options) =>
        options.Endpoints.Count == 0
            ? [Create(DefaultName, options)]
            : [.. options.Endpoints.Keys.Order(StringComparer.Ordinal).Select(name => Create(name, options))];

    public static EndpointPlan Create(string name, UdpackServerOptions options)
    {
        var own = options.Endpoints.TryGetValue(name, out var endpoint) ? endpoint : new UdpackEndpointOptions();
        var shared = options.Limits;
        return new EndpointPlan(
            name,
            new IPEndPoint(IPAddress.Parse(own.Address ?? options.EndpointDefaults.Address), own.Port ?? options.EndpointDefaults.Port),
            new UdpackServerLimits
            {
                MaxSessions = own.Limits.MaxSessions ?? shared.MaxSessions,
                MaxSessionsPerAddress = own.Limits.MaxSessionsPerAddress ?? shared.MaxSessionsPerAddress,
                MaxSessionsPerPrefix = own.Limits.MaxSessionsPerPrefix ?? shared.MaxSessionsPerPrefix,
                MaxPacketBytes = own.Limits.MaxPacketBytes ?? shared.MaxPacketBytes,
                SessionCreditBytes = own.Limits.SessionCreditBytes ?? shared.SessionCreditBytes,
                MaxSessionCreditBytes = own.Limits.MaxSessionCreditBytes ?? shared.MaxSessionCreditBytes,
                StreamCreditBytes = own.Limits.StreamCreditBytes ?? shared.StreamCreditBytes,
                MaxStreamCreditBytes = own.Limits.MaxStreamCreditBytes ?? shared.MaxStreamCreditBytes,
                MaxStreams = own.Limits.MaxStreams ?? shared.MaxStreams,
                SendBufferBytes = own.Limits.SendBufferBytes ?? shared.SendBufferBytes,
                MaxSendBufferBytes = own.Limits.MaxSendBufferBytes ?? shared.MaxSendBufferBytes,
                DatagramQueueBytes = own.Limits.DatagramQueueBytes ?? shared.DatagramQueueBytes,
                MaxBufferedBytes = own.Limits.MaxBufferedBytes ?? shared.MaxBufferedBytes,
                ReceiveBufferBytes = own.Limits.ReceiveBufferBytes ?? shared.ReceiveBufferBytes,
            });
    }
}
