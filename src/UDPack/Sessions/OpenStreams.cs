namespace UDPack.Sessions;

/// <summary>A session's streams that are not over. The loop alone changes them, under their lock: nobody else looks at them but where the loop hangs.</summary>
internal sealed class OpenStreams
{
    private readonly HashSet<UdpackStream> _streams = [];

    public void Add(UdpackStream stream)
    {
        lock (_streams)
        {
            _streams.Add(stream);
        }
    }

    public void Remove(UdpackStream stream)
    {
        lock (_streams)
        {
            _streams.Remove(stream);
        }
    }

    /// <summary>On the loop.</summary>
    public HashSet<UdpackStream>.Enumerator GetEnumerator() => _streams.GetEnumerator();

    /// <summary>On any thread.</summary>
    public UdpackStream[] Copy()
    {
        lock (_streams)
        {
            return [.. _streams];
        }
    }
}
