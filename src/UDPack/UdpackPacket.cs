using UDPack.Protocol;

namespace UDPack;

/// <summary>
/// A received packet, lent to the application until <see cref="Dispose"/>, which gives its memory back and lets the
/// peer send more. Disposing twice is harmless; using it afterwards throws.
/// </summary>
public readonly struct UdpackPacket : IDisposable, IEquatable<UdpackPacket>
{
    private readonly PacketBuffer? _buffer;
    private readonly int _version;

    internal UdpackPacket(PacketBuffer buffer)
    {
        _buffer = buffer;
        _version = Volatile.Read(ref buffer.Version);
    }

    /// <summary>The packet's place in its channel and direction, from 1. On streams with a deadline the numbers of packets that were given up are missing; unordered streams give them in any order.</summary>
    public long Number => Live().Number;

    /// <summary>Whether this stands for a packet that the sender gave up at its deadline: it is empty, and <see cref="Number"/> says which.</summary>
    public bool IsSkipped => _buffer is not null && Live().IsSkipped;

    /// <summary>Whether this is no packet but the end of a stream whose peer has completed its writes.</summary>
    public bool IsEnd => _buffer is null;

    /// <summary>The packet's bytes; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The packet was disposed.</exception>
    public ReadOnlyMemory<byte> Memory => Live().Array.AsMemory(0, Live().Length);

    /// <inheritdoc cref="Memory"/>
    public ReadOnlySpan<byte> Span => Live().Span;

    /// <summary>The packet's size in bytes.</summary>
    public int Length => Live().Length;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is not null && Interlocked.CompareExchange(ref _buffer.Version, _version + 1, _version) == _version)
        {
            _buffer.Release();
        }
    }

    /// <inheritdoc/>
    public bool Equals(UdpackPacket other) => ReferenceEquals(_buffer, other._buffer) && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UdpackPacket other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_buffer, _version);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(UdpackPacket left, UdpackPacket right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(UdpackPacket left, UdpackPacket right) => !left.Equals(right);

    private PacketBuffer Live() =>
        _buffer is not null && Volatile.Read(ref _buffer.Version) == _version
            ? _buffer
            : throw new ObjectDisposedException(nameof(UdpackPacket));
}
