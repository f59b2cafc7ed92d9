using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Tests.Simulation;
using UDPack.Protocol.Tests.Simulation.Scenarios;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>A client that floods the server with keys, lanes and numbers.</summary>
public sealed class HostileValueTests : IDisposable
{
    private const FrameFlags Place = FrameFlags.Stream | FrameFlags.Packet;

    private readonly Pair _pair = new();
    private readonly AppSide _server;
    private readonly Forger _forger;

    public HostileValueTests()
    {
        (var connecting, _, _server) = _pair.EstablishOpenly();
        _pair.Run(Pair.Second);
        _forger = new Forger(_pair, connecting);
        _pair.KeepsTrace = false;
    }

    public void Dispose() => _forger.Dispose();

    [Fact]
    public void However_many_keys_it_uses_few_are_remembered_and_nothing_is_held()
    {
        var held = _pair.Buffers.Outstanding;
        uint key = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var frames = Enumerable.Range(0, 40).Select(_ => _forger.Frame(Opcode.Latest, [1], Place, stream: key++ * 0x9E37_79B9, packet: uint.MaxValue - key)).ToArray();
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, frames));
            _server.Values.Clear();
        }

        Assert.Null(_server.End);
        Assert.Equal(80_000, _server.Session.Snapshot().ValuesReceived);
        Assert.InRange(_server.Session.Values.Incoming!.Count, 1, 2 * IncomingValues.Remembered);
        Assert.Equal(held, _pair.Buffers.Outstanding);
    }

    [Fact]
    public void Old_datagrams_of_forgotten_keys_are_counted_and_not_acknowledged()
    {
        var late = _forger.Seal(toServer: true, _forger.Frame(Opcode.Latest, [1], Place, stream: 77, packet: 1));
        for (uint key = 100; key < 100 + (3 * IncomingValues.Remembered); key += 10)
        {
            var frames = Enumerable.Range(0, 10).Select(i => _forger.Frame(Opcode.Latest, [2], Place, stream: key + (uint)i, packet: key)).ToArray();
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, frames));
        }

        _server.Values.Clear();
        _pair.Inject(Pair.ClientAddress, late);

        Assert.Empty(_server.Values);
        Assert.Equal(1, _pair.Server.Counters.Dropped(DropReason.ValueNotTaken));
        Assert.Null(_server.End);

        // In a later datagram it is taken.
        _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true, _forger.Frame(Opcode.Latest, [1], Place, stream: 77, packet: 1)));
        Assert.Equal(77u, Assert.Single(_server.Values).Key);
    }

    [Fact]
    public void Any_number_may_follow_any_other()
    {
        foreach (var number in new uint[] { uint.MaxValue, 0, 0x8000_0000, 5, 5, 4, uint.MaxValue })
        {
            _pair.Inject(Pair.ClientAddress, _forger.Seal(toServer: true,
                _forger.Frame(Opcode.Latest, [1], Place, stream: 1, packet: number),
                _forger.Frame(Opcode.Datagram, [1], Place, stream: 255, packet: number),
                _forger.Frame(Opcode.Latest, [1], Place, stream: 1, packet: number + 1)));
        }

        Assert.Null(_server.End);

        // The second 5 is the first one again; what stands behind it in the same datagram is another value.
        Assert.Equal(7, _server.Values.Count);
    }
}
