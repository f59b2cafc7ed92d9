namespace UDPack.Tool.Inspect.Captures;

/// <summary>What of a capture could not be read as datagrams.</summary>
internal sealed class CaptureReport
{
    /// <summary>The packets in the file, of any kind.</summary>
    public long Packets { get; set; }

    /// <summary>Packets that are not UDP over IP, or not whole enough to tell.</summary>
    public long NotUdp { get; set; }

    /// <summary>Fragments of IP packets; they are not put together.</summary>
    public long Fragments { get; set; }

    /// <summary>Packets of an interface whose link layer is not known.</summary>
    public long UnknownLink { get; set; }

    /// <summary>What ended the reading early, such as a file cut short; null if the whole file was read.</summary>
    public string? Problem { get; set; }
}
