using UDPack.Protocol;

namespace UDPack;

/// <summary>
/// A received packet, lent to the application until <see cref="Dispose"/>, which gives its memory back. Disposing twice is
/// harmless; using it afterwards throws. Streams also give notes in this form: <see cref="IsEnd"/> and <see cref="IsSkipped"/>.
/// </summary>
public readonly struct UdpackPacket : IDisposable, IEquatable<UdpackPacket>
{
    private readonly PacketBuffer? _buffer;
    private readonly int _version;
    private readonly long _skipped;

    internal UdpackPacket(PacketBuffer buffer)
    {
        _buffer = buffer;
        _version = Volatile.Read(ref buffer.Version);
    }

    private UdpackPacket(long skipped) => _skipped = skipped;

    /// <summary>
    /// The packet's place among those that its sender sent on the session or stream, from 1; on unordered streams packets come in
    /// any order. A sequenced message's place in its lane, from 1: what is missing was lost, came too late, or was dropped. 0 for other messages and for values.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public long Number => _buffer is null ? _skipped : Live().Number;

    /// <summary>The lane of a sequenced message; 0 for everything else.</summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public int Lane => _buffer is null || Live().IsValue ? 0 : (int)Live().Label;

    /// <summary>The key of a value, see <see cref="UdpackSession.ReceiveLatestAsync"/>; 0 for everything else.</summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public uint Key => _buffer is not null && Live().IsValue ? Live().Label : 0;

    /// <summary>
    /// Whether this stands for a packet that its sender gave up at its deadline: it is empty, and <see cref="Number"/> says which. Only on streams with
    /// <see cref="DeliveryMode.Deadline"/>, where each packet that was given up has its place among the others.
    /// </summary>
    public bool IsSkipped => _skipped != 0;

    /// <summary>Whether this is no packet but the end of a stream whose peer has completed its writes: it is empty, and its <see cref="Number"/> is 0.</summary>
    public bool IsEnd => _buffer is null && !IsSkipped;

    /// <summary>The packet's bytes; valid until <see cref="Dispose"/>. Empty for notes.</summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public ReadOnlyMemory<byte> Memory => _buffer is null ? default : Live().Array.AsMemory(0, Live().Length);

    /// <inheritdoc cref="Memory"/>
    public ReadOnlySpan<byte> Span => _buffer is null ? default : Live().Span;

    /// <summary>The packet's size in bytes; 0 for notes.</summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public int Length => _buffer is null ? 0 : Live().Length;

    /// <summary>Whether it is the value of a key.</summary>
    internal bool IsValue => _buffer is not null && Live().IsValue;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is not null && Interlocked.CompareExchange(ref _buffer.Version, _version + 1, _version) == _version)
        {
            _buffer.Release();
        }
    }

    /// <inheritdoc/>
    public bool Equals(UdpackPacket other) =>
        ReferenceEquals(_buffer, other._buffer) && _version == other._version && _skipped == other._skipped;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UdpackPacket other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_buffer, _version, _skipped);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(UdpackPacket left, UdpackPacket right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(UdpackPacket left, UdpackPacket right) => !left.Equals(right);

    /// <summary>The note that a packet was given up.</summary>
    internal static UdpackPacket Skipped(long number) => new(number);

    private PacketBuffer Live() =>
        Volatile.Read(ref _buffer!.Version) == _version
            ? _buffer
            : throw new ObjectDisposedException(nameof(UdpackPacket));
}
