using System.Net;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>Plain TCP with a connection for each channel: no channel waits for another, at the price of nine connections.</summary>
internal sealed class SeparateTcpPeer(string name, string congestion) : TcpPeer(name, congestion)
{
    public override bool OnlyMixed => true;

    public override async Task<IMessageConnection> ConnectAsync(IPEndPoint server, string key, bool mixed, MessageHandler handler)
    {
        var connections = new IMessageConnection[Channels.Count];
        for (var channel = 0; channel < connections.Length; channel++)
        {
            connections[channel] = await base.ConnectAsync(server, key, mixed, handler);
        }

        return new Bundle(connections);
    }

    private sealed class Bundle(IMessageConnection[] connections) : IMessageConnection
    {
        public long? Retransmits => connections.Sum(connection => connection.Retransmits);

        public ValueTask SendAsync(int channel, ReadOnlyMemory<byte> message, bool more = false) =>
            connections[channel].SendAsync(channel, message, more);

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
