using System.Net;
using UDPack.Benchmarks.Transport.Peers;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>The server, alone in its process: checks and counts the bulk transfer, sends everything else back.</summary>
internal sealed class TransportServerRole
{
    private readonly DeliveryLog _log = new();

    public TransportServerRole(string peer, string address)
    {
        var (port, key) = TransportPeer.Find(peer).Listen(IPAddress.Parse(address), Accept);
        Greeting = $"{port} {key}";
    }

    public string Greeting { get; }

    /// <summary>Answers: delivered from until → bytes, messages, faulty messages ever.</summary>
    public Task<long[]> ExecuteAsync(string command, long[] arguments) => command switch
    {
        "delivered" => Task.FromResult(_log.Sum(arguments[0], arguments[1])),
        _ => throw new ArgumentException($"Unknown command {command}.", nameof(command)),
    };

    private MessageHandler Accept(IMessageConnection connection)
    {
        var expected = 0L;
        return (channel, message) =>
        {
            if (channel != Channels.Bulk)
            {
                return connection.SendAsync(channel, message);
            }

            _log.Add(message.Length, BulkContent.IsIntact(message.Span, expected++));
            return default;
        };
    }
}
