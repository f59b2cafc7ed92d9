using System.Net;
using System.Text;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>A real session over loopback with something of everything, and what its sockets sent.</summary>
internal sealed record RecordedSession(uint Id, int ServerPort, IReadOnlyList<RecordedDatagram> Datagrams, string KeyLog)
{
    public const string Token = "the token";
    public const string Hello = "hello, server";
    public const string Answer = "hello, client";
    public const string OnStream = "on a stream";
    public const string OnUnordered = "in no order";
    public const string Message = "perhaps";
    public const string Sequenced = "in sequence";
    public const int Lane = 9;
    public const string Value = "the newest";
    public const uint Key = 0xFEDCBA98;
    public const int LongPacketBytes = 9000;
    public const ushort AbortCode = 300;
    public const ushort CloseCode = 77;
    public const string CloseText = "enough";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static byte[] LongPacket { get; } = [.. Enumerable.Range(0, LongPacketBytes).Select(static i => (byte)(i % 251))];

    public static async Task<RecordedSession> RunAsync(
        ServerKey key, CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm, AddressValidation validation = AddressValidation.Never)
    {
        using var cancellation = new CancellationTokenSource(Patience);
        var token = cancellation.Token;
        var network = new RecordingNetwork();
        var log = new StringWriter();
        using var keyLog = new UdpackKeyLog(log);
        await using var listener = Listen(network, key, keyLog, validation);
        var session = await UdpackClient.ConnectAsync(ClientOptions(network, listener, key, algorithm, keyLog), token);
        var peer = await listener.AcceptSessionAsync(token);
        await session.SendAsync(Encoding.ASCII.GetBytes(Hello), token);
        (await peer.ReceiveAsync(token)).Dispose();
        await peer.SendAsync(Encoding.ASCII.GetBytes(Answer), token);
        (await session.ReceiveAsync(token)).Dispose();
        await session.SendAsync(LongPacket, token);
        (await peer.ReceiveAsync(token)).Dispose();
        session.SendDatagram(Encoding.ASCII.GetBytes(Message));
        (await peer.ReceiveDatagramAsync(token)).Dispose();
        session.SendSequenced(Lane, Encoding.ASCII.GetBytes(Sequenced));
        (await peer.ReceiveDatagramAsync(token)).Dispose();
        peer.SendLatest(Key, Encoding.ASCII.GetBytes(Value));
        (await session.ReceiveLatestAsync(token)).Dispose();

        await using var stream = await session.OpenStreamAsync(cancellationToken: token);
        await stream.SendAsync(Encoding.ASCII.GetBytes(OnStream), token);
        await using var accepted = await peer.AcceptStreamAsync(token);
        (await accepted.ReceiveAsync(token)).Dispose();
        stream.CompleteWrites();
        await accepted.ReadsClosed.WaitAsync(token);

        var unordered = await session.OpenStreamAsync(new UdpackStreamOptions { Delivery = DeliveryMode.Unordered }, token);
        await unordered.SendAsync(Encoding.ASCII.GetBytes(OnUnordered), token);
        await using var other = await peer.AcceptStreamAsync(token);
        (await other.ReceiveAsync(token)).Dispose();
        unordered.Abort(AbortCode);
        await Assert.ThrowsAsync<UdpackException>(async () => await other.ReceiveAsync(token));

        var id = session.Id;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = peer.Closed.Register(ended.SetResult);
        await session.CloseAsync(CloseCode, CloseText, token);

        // The goaway may leave a little after the close; it is to be in the recording.
        await ended.Task.WaitAsync(token);
        await peer.DisposeAsync();
        return new RecordedSession(id, listener.LocalEndPoint.Port, [.. network.Sent], log.ToString());
    }

    /// <summary>A client whose token the server refuses.</summary>
    public static async Task<RecordedSession> RunRefusedAsync(ServerKey key)
    {
        using var cancellation = new CancellationTokenSource(Patience);
        var network = new RecordingNetwork();
        var log = new StringWriter();
        using var keyLog = new UdpackKeyLog(log);
        await using var listener = Listen(network, key, keyLog, AddressValidation.Never);
        var options = ClientOptions(network, listener, key, CipherAlgorithm.Aes256Gcm, keyLog);
        options.Token = "another"u8.ToArray();
        await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(options, cancellation.Token));
        return new RecordedSession(0, listener.LocalEndPoint.Port, [.. network.Sent], log.ToString());
    }

    private static UdpackListener Listen(RecordingNetwork network, ServerKey key, UdpackKeyLog keyLog, AddressValidation validation) =>
        UdpackListener.Listen(new UdpackListenerOptions
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Keys = new StaticKeyStore(new ServerKeyRing(key)),
            TokenValidator = new Validator(),
            AddressValidation = validation,
            Network = network,
            KeyLog = keyLog,
        });

    private static UdpackClientOptions ClientOptions(
        RecordingNetwork network, UdpackListener listener, ServerKey key, CipherAlgorithm algorithm, UdpackKeyLog keyLog) => new()
        {
            RemoteEndPoint = listener.LocalEndPoint,
            ServerPublicKey = key.PublicKey,
            Token = Encoding.ASCII.GetBytes(Token),
            Algorithm = algorithm,
            Network = network,
            KeyLog = keyLog,
        };

    private sealed class Validator : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            new(context.Token.Span.SequenceEqual(Encoding.ASCII.GetBytes(Token)) ? TokenVerdict.Success() : TokenVerdict.Failure("wrong token"));
    }
}
