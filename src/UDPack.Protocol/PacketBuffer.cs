namespace UDPack.Protocol;

/// <summary>
/// The bytes of one packet with exactly one owner at a time: application, session or pool. The
/// version rises with each lease that ends, so that a stale lease can be told from a live one.
/// </summary>
internal sealed class PacketBuffer(PacketBufferPool pool, byte[] array)
{
    /// <summary>The objects around the bytes.</summary>
    public const int Overhead = 96;

    public PacketBufferPool Pool { get; } = pool;

    public byte[] Array { get; } = array;

    public int Length { get; set; }

    /// <summary>Bumped when a lease ends; leases compare it.</summary>
    public int Version;

    /// <summary>For the queue of whoever owns the buffer.</summary>
    public PacketBuffer? Next;

    /// <summary>The place of a received packet in its channel and direction, or of a sequenced message in its lane, from 1; a value's number while it is to be sent.</summary>
    public long Number;

    /// <summary>The lane of a sequenced message, or the key of a value.</summary>
    public uint Label;

    /// <summary>Whether it is the value of a key.</summary>
    public bool IsValue;

    /// <summary>A newer value of the same key that came while this one waited; it is taken in its place.</summary>
    public PacketBuffer? Newer;

    /// <summary>Stands for packets that their sender gave up: as many as its length, the first being <see cref="Number"/>.</summary>
    public bool IsSkipped;

    /// <summary>Told when the peer acknowledged the packet, or when it never will.</summary>
    public IPacketConfirmation? Confirmation;

    public Span<byte> Span => Array.AsSpan(0, Length);

    /// <summary>What it really takes, however little of it is used.</summary>
    public int Memory => Array.Length + Overhead;

    public void Release() => Pool.Return(this);
}

/// <summary>Where <see cref="PacketBuffer"/>s come from and go back to. Thread-safe: leases end on any thread.</summary>
internal abstract class PacketBufferPool
{
    /// <summary>A buffer of at least <paramref name="length"/> bytes, its <see cref="PacketBuffer.Length"/> set to it.</summary>
    public abstract PacketBuffer Rent(int length);

    /// <summary>How many bytes a buffer rented for <paramref name="length"/> has.</summary>
    public abstract int CapacityOf(int length);

    /// <summary>A buffer of exactly so many bytes, where one of the pool's sizes would take too much.</summary>
    public abstract PacketBuffer RentExact(int length);

    public abstract void Return(PacketBuffer buffer);
}

/// <summary>Learns the fate of one packet, on the loop's thread.</summary>
internal interface IPacketConfirmation
{
    void OnAcknowledged();

    /// <summary>Given up at its deadline.</summary>
    void OnExpired();

    void OnLost();
}
