using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>A packet that is to be accepted for sending: bytes to be copied then, or the buffer that is to be sent itself.</summary>
/// <param name="Bytes">The packet's bytes, while they are the application's.</param>
/// <param name="Confirmation">Told what becomes of it.</param>
/// <param name="Buffer">The buffer instead.</param>
/// <param name="IsCopy">Whether the buffer is given back if the packet is not accepted.</param>
internal readonly record struct PacketToSend(ReadOnlyMemory<byte> Bytes, IPacketConfirmation? Confirmation, PacketBuffer? Buffer = null, bool IsCopy = false)
{
    public PacketToSend(PacketBuffer buffer, bool IsCopy)
        : this(default, null, buffer, IsCopy)
    {
    }

    public int Length => Buffer?.Length ?? Bytes.Length;
}
