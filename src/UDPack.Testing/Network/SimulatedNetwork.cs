using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Testing.Driving;
using UDPack.Testing.Links;
using UDPack.Testing.Sockets;
using UDPack.Testing.Time;

namespace UDPack.Testing;

/// <summary>
/// A network in memory, as bad as a test wants it, on virtual time: give it to listeners and clients as their network (or to
/// a host with <c>services.AddSimulatedNetwork(network)</c>) and let the test run in <see cref="RunAsync(Func{Task})"/>.
/// </summary>
/// <remarks>
/// <para>
/// Time stands still outside of runs. In a run it jumps from one thing that is due (a datagram's arrival, a timer) to the
/// next, whenever the application has done all it can at the present: an hour's timeout takes milliseconds. The application
/// must take its time from <see cref="TimeProvider"/>; what waits for real time or real I/O is outside of the simulation.
/// </para>
/// <para>
/// Addresses are free to choose. A socket bound to any address gets one of its own from 198.18.0.0/15 and is, like a server
/// on a real machine, reached at every other address too, "127.0.0.1" included; answers leave from where the question came to.
/// </para>
/// <para>Thread-safe. Make one per test.</para>
/// </remarks>
public sealed partial class SimulatedNetwork : UdpackNetwork, IAsyncDisposable
{
    private const int MostUdpCarries = 65_507;

    private readonly Lock _gate = new();
    private readonly Agenda _agenda = new();
    private readonly Presence _presence = new();
    private readonly LinkTable _links;
    private readonly AddressBook _addresses;
    private readonly Dictionary<string, IPAddress[]> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly SeededEntropy _entropy;
    private readonly SimulatedTime _time;
    private readonly HashSet<DrivenLoop> _live = [];
    private int _loops;

    /// <param name="seed">Where all chance comes from: the same seed and the same doings give the same network.</param>
    /// <param name="start">The date at the start; default 2030-01-01 UTC.</param>
    public SimulatedNetwork(int seed = 1, DateTimeOffset? start = null)
    {
        Seed = seed;
        _links = new LinkTable((uint)seed);
        _addresses = new AddressBook(this);
        _entropy = new SeededEntropy(SeededRandom.Mix(~(ulong)(uint)seed));
        _time = new SimulatedTime(_agenda, start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _driver = new Driver(_agenda, _presence, Deliver);
        _watchdog = new Watchdog(OnNeglect);
    }

    /// <summary>The seed, to be printed when a test fails.</summary>
    public int Seed { get; }

    /// <summary>The network's clock, for the application's delays, timeouts and timers.</summary>
    public override TimeProvider TimeProvider => _time;

    /// <summary>Virtual time since the network was made.</summary>
    public TimeSpan Elapsed => TimeSpan.FromMicroseconds(_agenda.Now);

    /// <summary>The conditions of every direction that has none of its own; a change takes effect at once. Default <see cref="LinkConditions.Lossless"/>.</summary>
    public LinkConditions Conditions
    {
        get
        {
            lock (_gate)
            {
                return _links.Common;
            }
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (_gate)
            {
                _links.Common = value;
            }
        }
    }

    /// <summary>Sees each datagram when it is sent, with what the link decided, and again if it came where nobody is bound. Called by the driver: must be quick; what it throws fails the run. Default none.</summary>
    public Action<ObservedDatagram>? DatagramObserved { get; set; }

    internal override Entropy Entropy => _entropy;

    internal override bool OwnsTime => true;

    /// <summary>Sets the conditions of one direction between two hosts; null returns it to <see cref="Conditions"/>. Takes effect at once.</summary>
    public void SetLink(IPAddress from, IPAddress to, LinkConditions? conditions)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        lock (_gate)
        {
            _links.Set(AddressBook.ToPeer(from), AddressBook.ToPeer(to), conditions);
        }
    }

    /// <summary>Lets all that is sent vanish for a time, in every direction. What is on its way arrives.</summary>
    public void Blackhole(TimeSpan duration)
    {
        lock (_gate)
        {
            _links.BlackholeAllUntil(_agenda.Now + (long)duration.TotalMicroseconds);
        }
    }

    /// <summary>Lets all that is sent in one direction vanish for a time. What is on its way arrives.</summary>
    public void Blackhole(IPAddress from, IPAddress to, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        lock (_gate)
        {
            _links.Get(AddressBook.ToPeer(from), AddressBook.ToPeer(to)).BlackholeUntil(_agenda.Now + (long)duration.TotalMicroseconds);
        }
    }

    /// <summary>
    /// Does what a NAT does that forgot a client, or a client that changes networks: what the socket sends comes from a new
    /// port (and address) from now on, and what is sent to the old one, or is on its way there, finds nobody.
    /// </summary>
    /// <param name="endPoint">The socket's local or present public address; <see cref="UdpackSession.LocalEndPoint"/> of the client.</param>
    /// <param name="newAddress">The new address; null keeps the address.</param>
    /// <returns>As whom others see it now.</returns>
    /// <exception cref="ArgumentException">No socket has that address.</exception>
    public IPEndPoint Rebind(IPEndPoint endPoint, IPAddress? newAddress = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        lock (_gate)
        {
            return _addresses.Rebind(endPoint, newAddress);
        }
    }

    /// <summary>Gives a host a name for <see cref="DnsEndPoint"/>s. Other names but "localhost" do not resolve.</summary>
    public void AddHost(string name, params IPAddress[] addresses)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(addresses);
        lock (_gate)
        {
            _hosts[name] = [.. addresses];
        }
    }

    /// <summary>What one direction between two hosts has done so far.</summary>
    public LinkStatistics GetStatistics(IPAddress from, IPAddress to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        lock (_gate)
        {
            return _links.Get(AddressBook.ToPeer(from), AddressBook.ToPeer(to)).Statistics;
        }
    }

    /// <summary>What all directions together have done so far.</summary>
    public LinkStatistics GetStatistics()
    {
        lock (_gate)
        {
            return _links.Total();
        }
    }

    internal override IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _addresses.Bind(local);
        }
    }

    internal override void Drive(EventLoop loop)
    {
        var socket = (SimulatedSocket)loop.Socket;
        lock (_gate)
        {
            socket.Owner = new DrivenLoop(loop, _loops++);
            _live.Add(socket.Owner);
        }

        OnWake(socket);
    }

    internal override void Queue<T>(Action<T> work, T state) => _presence.Queue(work, state);

    internal override Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        IPAddress[]? addresses;
        lock (_gate)
        {
            addresses = _hosts.GetValueOrDefault(host)
                ?? (IPAddress.TryParse(host, out var literal) ? [literal]
                : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
                : null);
        }

        return addresses is null
            ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound))
            : Task.FromResult(family == AddressFamily.Unspecified ? addresses : [.. addresses.Where(address => address.AddressFamily == family)]);
    }

    internal void Unbind(SimulatedSocket socket)
    {
        lock (_gate)
        {
            _addresses.Remove(socket);
            if (socket.Owner is { } loop)
            {
                _live.Remove(loop);
            }
        }
    }
}
