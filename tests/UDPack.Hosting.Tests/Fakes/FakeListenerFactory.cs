using UDPack.Hosting.Server;

namespace UDPack.Hosting.Tests.Fakes;

/// <summary>Listeners without sockets that write down what happens to them.</summary>
internal sealed class FakeListenerFactory : IListenerFactory
{
    public List<string> Events { get; } = [];

    public Dictionary<string, FakeListener> Listeners { get; } = [];

    /// <summary>The endpoints that cannot be bound.</summary>
    public HashSet<string> Broken { get; } = [];

    public IServerListener Listen(UdpackListenerOptions options)
    {
        if (Broken.Contains(options.Name))
        {
            throw new UdpackException(UdpackError.BindFailed, "The address is in use.");
        }

        Record($"bind {options.Name}");
        return Listeners[options.Name] = new FakeListener(options, Record);
    }

    private void Record(string text)
    {
        lock (Events)
        {
            Events.Add(text);
        }
    }
}
