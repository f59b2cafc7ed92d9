namespace UDPack.Tool.Inspect.Captures;

/// <summary>The link layers that are read, by their number in capture files (tcpdump.org, "link-layer header types").</summary>
internal enum LinkType
{
    Null = 0,
    Ethernet = 1,
    RawBsd = 12,
    RawOpenBsd = 14,
    Raw = 101,
    Loop = 108,
    LinuxCooked = 113,
    IPv4 = 228,
    IPv6 = 229,
    LinuxCooked2 = 276,
}
