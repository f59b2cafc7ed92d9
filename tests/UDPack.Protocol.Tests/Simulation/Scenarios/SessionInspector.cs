using System.Runtime.CompilerServices;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>What a session keeps to itself and must add up all the same.</summary>
internal static class SessionInspector
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_window")]
    public static extern ref ReceiveCredit Window(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_credit")]
    public static extern ref SendCredit Credit(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_recovery")]
    public static extern ref LossRecovery Recovery(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_streams")]
    public static extern ref StreamTable? Streams(this Session session);

    /// <summary>The channel that is no stream.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_main")]
    public static extern ref Channel OwnChannel(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pongs")]
    public static extern ref RingQueue<PacketBuffer> Pongs(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_incomingValues")]
    public static extern ref IncomingValues? IncomingValues(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_outgoingValues")]
    public static extern ref OutgoingValues? OutgoingValues(this Session session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_localOpen")]
    public static extern ref int LocalOpen(this StreamTable streams);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_remoteOpen")]
    public static extern ref int RemoteOpen(this StreamTable streams);
}
