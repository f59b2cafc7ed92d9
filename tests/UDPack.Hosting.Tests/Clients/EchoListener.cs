using System.Net;
using System.Text;
using UDPack.Testing;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>A server that echoes, and remembers its sessions, tokens and packets.</summary>
internal sealed class EchoListener : IAsyncDisposable
{
    private readonly UdpackListener _listener;
    private readonly SimulatedNetwork? _network;
    private readonly List<UdpackSession> _sessions = [];
    private readonly List<string> _packets = [];
    private readonly Validator _validator = new();

    public EchoListener(SimulatedNetwork? network, IPEndPoint local, Action<UdpackListenerOptions>? change = null)
    {
        _network = network;
        var options = new UdpackListenerOptions
        {
            LocalEndPoint = local,
            Keys = new StaticKeyStore(new ServerKeyRing(ClientWorld.Key)),
            TokenValidator = _validator,
            Network = network ?? UdpackNetwork.System,
        };
        change?.Invoke(options);
        _listener = UdpackListener.Listen(options);
        _ = EchoAsync();
    }

    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    public UdpackSession[] Sessions => Copy(_sessions);

    public string[] Packets => Copy(_packets);

    public string[] Tokens => Copy(_validator.Tokens);

    /// <summary>Ends its sessions as a server that stops in good order.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(Sessions.Select(session => session.CloseAsync().AsTask()));
        await DisposeAsync();
    }

    /// <summary>Ends it so that its clients hear nothing of it.</summary>
    public async Task CrashAsync()
    {
        _network!.Blackhole(TimeSpan.FromMilliseconds(1));
        await DisposeAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1), _network.TimeProvider);
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static T[] Copy<T>(List<T> list)
    {
        lock (list)
        {
            return [.. list];
        }
    }

    private static void Add<T>(List<T> list, T item)
    {
        lock (list)
        {
            list.Add(item);
        }
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                var session = await _listener.AcceptSessionAsync();
                Add(_sessions, session);
                _ = EchoAsync(session);
            }
        }
        catch (ObjectDisposedException)
        {
            // It stopped.
        }
    }

    private async Task EchoAsync(UdpackSession session)
    {
        try
        {
            await foreach (var packet in session.ReadAllAsync())
            {
                using (packet)
                {
                    Add(_packets, Encoding.UTF8.GetString(packet.Span));
                    await session.SendAsync(packet.Memory);
                }
            }
        }
        catch (UdpackException)
        {
            // However it ended.
        }
    }

    private sealed class Validator : ITokenValidator
    {
        public List<string> Tokens { get; } = [];

        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
        {
            Add(Tokens, context.GetTokenString());
            return ValueTask.FromResult(context.GetTokenString() == "stale" ? TokenVerdict.Failure("stale") : TokenVerdict.Success());
        }
    }
}
