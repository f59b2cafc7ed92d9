using System.Net;
using LiteNetLib;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>LiteNetLib with a reliable, ordered channel of its own for each channel, and the settings that suit it best here.</summary>
internal sealed class LiteNetLibPeer(string name) : TransportPeer(name)
{
    public override (int Port, string Key) Listen(IPAddress address, Func<IMessageConnection, MessageHandler> accept)
    {
        var events = new EventBasedNetListener();
        var manager = CreateManager(events);
        events.ConnectionRequestEvent += request => request.Accept();
        events.PeerConnectedEvent += peer =>
        {
            var connection = new LiteNetLibConnection(manager, (NetPeer)peer, ownsManager: false);
            peer.Tag = accept(connection);
        };
        events.NetworkReceiveEvent += (peer, reader, channel, _) => Handle((MessageHandler)peer.Tag, reader, channel);
        manager.Start(address, IPAddress.IPv6None, 0);
        return (manager.LocalPort, "-");
    }

    public override async Task<IMessageConnection> ConnectAsync(IPEndPoint server, string key, bool mixed, MessageHandler handler)
    {
        var events = new EventBasedNetListener();
        var connected = new TaskCompletionSource<NetPeer>(TaskCreationOptions.RunContinuationsAsynchronously);
        events.PeerConnectedEvent += peer => connected.TrySetResult((NetPeer)peer);
        events.PeerDisconnectedEvent += (_, information) => connected.TrySetException(new IOException($"Not connected: {information.Reason}."));
        events.NetworkReceiveEvent += (_, reader, channel, _) => Handle(handler, reader, channel);
        var manager = CreateManager(events);
        manager.Start();
        manager.Connect(server, "");
        return new LiteNetLibConnection(manager, await connected.Task, ownsManager: true);
    }

    private static void Handle(MessageHandler handler, NetPacketReader reader, int channel)
    {
        // Its sends never wait on the channels that are echoed, so that handling never waits either.
        var handled = handler(channel, reader.RawData.AsMemory(reader.UserDataOffset, reader.UserDataSize));
        if (!handled.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A message handler waited on LiteNetLib's receive thread.");
        }
    }

    private static NetManager CreateManager(INetEventListener events) => new(events)
    {
        UpdateTime = 1,
        UnsyncedEvents = true,
        UnsyncedReceiveEvent = true,
        AutoRecycle = true,
        MtuDiscovery = true,
        ChannelsCount = Channels.Count,
        EnableStatistics = true,
        IPv6Enabled = false,
        DisconnectTimeout = 60_000,
        PacketPoolSize = 10_000,
    };
}
