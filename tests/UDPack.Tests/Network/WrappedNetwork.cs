using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Tests.Network;

/// <summary>The system's network, but for its sockets.</summary>
internal sealed class WrappedNetwork(Func<IDatagramSocket, IDatagramSocket> wrap) : UdpackNetwork
{
    public override TimeProvider TimeProvider => System.TimeProvider;

    internal override Entropy Entropy => System.Entropy;

    internal override bool OwnsTime => false;

    internal override IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes) => wrap(System.Bind(local, receiveBufferBytes));

    internal override void Drive(EventLoop loop) => System.Drive(loop);

    internal override void Queue<T>(Action<T> work, T state) => System.Queue(work, state);

    internal override Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        System.ResolveAsync(host, family, cancellationToken);
}

/// <summary>A socket that does what another does, unless told otherwise.</summary>
internal sealed class WrappedSocket(IDatagramSocket inner) : IDatagramSocket
{
    public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

    public bool MayFragment { get; init; } = inner.MayFragment;

    /// <summary>What waiting is instead; then nothing wakes it.</summary>
    public Action? Waits { get; init; }

    /// <summary>While it is not set, a wait does not end.</summary>
    public ManualResetEventSlim? Gate { get; init; }

    /// <summary>Told when a wait does not end.</summary>
    public Action? Hangs { get; init; }

    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path) => inner.TryReceive(buffer, out length, out path);

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path) => inner.Send(datagrams, segmentSize, path);

    public void Wait(long timeoutMicros)
    {
        if (Waits is null)
        {
            inner.Wait(timeoutMicros);
            if (Gate is { IsSet: false })
            {
                Hangs?.Invoke();
                Gate.Wait();
            }

            return;
        }

        Waits();
    }

    public void Wake()
    {
        if (Waits is null)
        {
            inner.Wake();
        }
    }

    public void Dispose() => inner.Dispose();
}
