using System.Buffers.Binary;
using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>How datagrams travel and time passes.</summary>
internal sealed partial class Pair
{
    private readonly PriorityQueue<InFlight, (long At, long Order)> _network = new();
    private readonly Dictionary<PeerAddress, ClientHost> _owners = [];
    private readonly byte[] _buffer = new byte[65_535];
    private long _order;

    /// <summary>The way to the server, of all clients.</summary>
    public LinkConditions ToServer
    {
        get;
        set
        {
            field = value;
            Hosts.ForEach(host => host.ToServer.Conditions = value.ToLink());
        }
    } = new();

    /// <summary>The way back.</summary>
    public LinkConditions ToClient
    {
        get;
        set
        {
            field = value;
            Hosts.ForEach(host => host.ToClient.Conditions = value.ToLink());
        }
    } = new();

    public List<ClientHost> Hosts { get; } = [];

    /// <summary>Sees every datagram before the link does; false takes it away.</summary>
    public Func<bool, byte[], bool>? Filter { get; set; }

    /// <summary>Sessions whose datagrams no link carries.</summary>
    public HashSet<uint> Silenced { get; } = [];

    /// <summary>Sees every datagram that is sent, whatever becomes of it.</summary>
    public Action<bool, byte[]>? Observed { get; set; }

    /// <summary>Looks on; for what must hold at every step.</summary>
    public IPairObserver? Observer { get; set; }

    /// <summary>Whether <see cref="Trace"/> is kept: not worth it for long transfers.</summary>
    public bool KeepsTrace { get; set; } = true;

    /// <summary>All datagrams ever sent, in order.</summary>
    public List<(long At, bool ToServer, byte[] Content)> Trace { get; } = [];

    /// <summary>What the server sent to where no client ever was.</summary>
    public List<(PeerAddress To, byte[] Content)> Elsewhere { get; } = [];

    /// <summary>Every path the server sent on, in order.</summary>
    public List<NetworkPath> ServerPaths { get; } = [];

    /// <summary>Datagrams for an address that a client had and has no more.</summary>
    public int Unreachable { get; private set; }

    /// <summary>Another client, with an endpoint, an address and links of its own.</summary>
    public ClientHost AddClient()
    {
        var endpoint = new ClientEndpoint(Ciphers, new TestEntropy(~_seed - Hosts.Count), Buffers, UnixEpochOffsetMs) { MaxBufferedBytes = Options.MaxBufferedBytes };
        return AddHost(endpoint, PeerAddress.FromIPv4(ClientAddress.IPv4 + 100 + (uint)Hosts.Count, ClientAddress.Port));
    }

    /// <summary>A NAT gives the client another port, or another network another address: the old one leads nowhere from now on.</summary>
    public void Rebind(PeerAddress to, ClientHost? host = null)
    {
        host ??= Host;
        host.Address = to;
        _owners[to] = host;
    }

    /// <summary>Hands a datagram straight to the server, from wherever.</summary>
    public void Inject(PeerAddress from, ReadOnlySpan<byte> datagram, PeerAddress? to = null)
    {
        DeliverToServer(new NetworkPath(to ?? ServerLocal, from), datagram.ToArray());
        Flush();
    }

    /// <summary>Sends a datagram from elsewhere, over no link: it arrives at the next step.</summary>
    public void Copy(PeerAddress from, ReadOnlySpan<byte> datagram, PeerAddress? to = null) =>
        _network.Enqueue(new InFlight(ToServer: true, new NetworkPath(to ?? ServerLocal, from), datagram.ToArray()), (Now, _order++));

    /// <summary>Hands a datagram straight to the client.</summary>
    public void InjectToClient(ReadOnlySpan<byte> datagram, PeerAddress? from = null)
    {
        Client.OnDatagram(Now, from ?? ServerAddress, datagram.ToArray());
        Flush();
    }

    public void Run(long micros) => RunUntil(static () => false, micros, mustHappen: false);

    /// <summary>Lets time pass until <paramref name="condition"/> holds; fails after <paramref name="limit"/>.</summary>
    public void RunUntil(Func<bool> condition, long limit, bool mustHappen = true)
    {
        var end = Now + limit;
        Flush();
        while (!condition())
        {
            var next = NextEvent();
            if (next > end)
            {
                Now = end;
                Assert.False(mustHappen, "It did not happen in time.");
                return;
            }

            Now = Math.Max(Now, next);
            Step();
        }
    }

    public void Flush()
    {
        bool wrote;
        do
        {
            if (!HoldsJobs)
            {
                while (Server.TryTakeJob(out var job))
                {
                    RunJob(job);
                }
            }

            wrote = false;
            foreach (var host in Hosts)
            {
                wrote |= Write(host.Endpoint, host);
            }

            wrote |= Write(Server, null);
        }
        while (wrote);
    }

    private ClientHost AddHost(ClientEndpoint endpoint, PeerAddress address)
    {
        var host = new ClientHost(endpoint, address, ToServer, ToClient, _seed + (1000L * Hosts.Count));
        Hosts.Add(host);
        _owners.Add(address, host);
        return host;
    }

    private long NextEvent()
    {
        var next = Server.NextDeadline;
        foreach (var host in Hosts)
        {
            next = Math.Min(next, host.Endpoint.NextDeadline);
        }

        return _network.TryPeek(out _, out var first) ? Math.Min(next, first.At) : next;
    }

    private void Step()
    {
        while (_network.TryPeek(out var datagram, out var key) && key.At <= Now)
        {
            _network.Dequeue();
            if (datagram.ToServer)
            {
                DeliverToServer(datagram.Path, datagram.Content);
            }
            else if (_owners.TryGetValue(datagram.Path.Remote, out var host) && host.Address == datagram.Path.Remote)
            {
                var local = datagram.Path.Local;
                host.Endpoint.OnDatagram(
                    Now, local == host.ReachedAt ? ServerAddress : local with { Port = ServerAddress.Port }, datagram.Content);
            }
            else
            {
                Unreachable++;
            }
        }

        Server.OnDeadline(Now);
        foreach (var host in Hosts)
        {
            host.Endpoint.OnDeadline(Now);
        }

        Flush();
        Observer?.AfterStep();
    }

    private void DeliverToServer(in NetworkPath path, byte[] content)
    {
        Observer?.BeforeServerReceives(path.Remote, content.Length);
        Server.OnDatagram(Now, path, content);
    }

    private bool Write(Endpoint endpoint, ClientHost? host)
    {
        var wrote = false;
        Observer?.BeforeWrite(endpoint);
        while (endpoint.TryWrite(Now, _buffer, out var transmit))
        {
            wrote = true;
            var content = _buffer.AsSpan(0, transmit.Length).ToArray();
            Observer?.AfterWrite(endpoint, transmit, content);
            Observed?.Invoke(host is not null, content);
            Dispatch(host, transmit.Path, content);
            Observer?.BeforeWrite(endpoint);
        }

        return wrote;
    }

    private void Dispatch(ClientHost? from, in NetworkPath path, byte[] content)
    {
        var toServer = from is not null;
        var client = from;
        if (!toServer)
        {
            ServerPaths.Add(path);
            if (!_owners.TryGetValue(path.Remote, out client))
            {
                Elsewhere.Add((path.Remote, content));
                return;
            }
        }

        if (KeepsTrace)
        {
            Trace.Add((Now, toServer, content));
        }

        if (Silenced.Count > 0 && Silenced.Contains(BinaryPrimitives.ReadUInt32BigEndian(content)))
        {
            return;
        }

        if (Filter is null || Filter(toServer, content))
        {
            Carry(toServer ? client!.ToServer : client!.ToClient, toServer, toServer ? new NetworkPath(client.ReachedAt, client.Address) : path, content);
        }
    }

    private void Carry(SimulatedLink link, bool toServer, in NetworkPath path, byte[] content)
    {
        var verdict = link.Send(Now, content.Length);
        if (verdict.Copies > 0)
        {
            Launch(toServer, path, content, verdict.First);
        }

        if (verdict.Copies > 1)
        {
            Launch(toServer, path, content, verdict.Second);
        }
    }

    private void Launch(bool toServer, in NetworkPath path, byte[] content, LinkDelivery delivery)
    {
        var copy = content.ToArray();
        delivery.Damage(copy);
        _network.Enqueue(new InFlight(toServer, path, copy), (delivery.At, _order++));
    }
}
