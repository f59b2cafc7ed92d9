using UDPack.Benchmarks.Transport.Peers;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>One message at a time there and back; what handles the echo sends the next.</summary>
internal sealed class EchoExchange(int size)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _message = new byte[size];
    private IMessageConnection? _connection;
    private long _until;
    private long _sent;

    public List<long> Nanos { get; } = new(1_000_000);

    public Task RunAsync(IMessageConnection connection, long milliseconds)
    {
        _connection = connection;
        _until = Clock.Nanos + (milliseconds * 1_000_000);
        return SendAsync();

        async Task SendAsync()
        {
            await SendNextAsync();
            await _ended.Task;
        }
    }

    public ValueTask OnEcho(ReadOnlyMemory<byte> echo)
    {
        var now = Clock.Nanos;
        Nanos.Add(now - _sent);
        if (echo.Length != _message.Length)
        {
            _ended.TrySetException(new InvalidDataException($"The echo has {echo.Length} bytes."));
        }
        else if (now >= _until)
        {
            _ended.TrySetResult();
        }
        else
        {
            return SendNextAsync();
        }

        return default;
    }

    private ValueTask SendNextAsync()
    {
        _sent = Clock.Nanos;
        return _connection!.SendAsync(Channels.FirstEcho, _message);
    }
}
