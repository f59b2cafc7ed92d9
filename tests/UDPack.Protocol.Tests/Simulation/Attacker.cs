using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>An authenticated client that sends whatever it likes, hears nothing, and is never heard by its own honest half.</summary>
internal sealed class Attacker : IDisposable
{
    private readonly Pair _pair;
    private readonly ClientHost _host;
    private readonly Forger _forger;

    public Attacker(Pair pair, TransportParameters? parameters = null)
    {
        _pair = pair;
        _host = pair.AddClient();
        var connecting = pair.Connect(parameters: parameters, from: _host);
        pair.RunUntil(() => connecting.Session is { } c && pair.ServerSessions.Any(s => s.Session.Id == c.Session.Id), 60 * Pair.Second);
        OnServer = pair.ServerSideOf(connecting);
        _forger = new Forger(pair, connecting);
        pair.Silenced.Add(OnServer.Session.Id);
    }

    /// <summary>What it is up against.</summary>
    public AppSide OnServer { get; }

    /// <summary>Part of a packet; of a stream's if one is given.</summary>
    public byte[] Piece(uint packet, int offset, int length, bool isEnd = false, uint stream = 0)
    {
        var flags = FrameFlags.Packet | FrameFlags.Fragment | (isEnd ? FrameFlags.Fin : FrameFlags.None) | (stream == 0 ? FrameFlags.None : FrameFlags.Stream);
        return _forger.Frame(Opcode.Data, new byte[length], flags, stream, packet, (uint)offset);
    }

    public byte[] Frame(Opcode opcode, byte[] payload, FrameFlags flags, uint stream = 0, uint packet = 0) =>
        _forger.Frame(opcode, payload, flags, stream, packet);

    public void Send(params byte[][] frames) => _pair.Inject(_host.Address, _forger.Seal(toServer: true, frames));

    public void Dispose() => _forger.Dispose();
}
