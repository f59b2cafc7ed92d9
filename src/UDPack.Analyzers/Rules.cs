using Microsoft.CodeAnalysis;

namespace UDPack.Analyzers;

/// <summary>What the analyzers report; docs/packages.md has the same list.</summary>
internal static class Rules
{
    private const string Help = "https://github.com/udpack/udpack-hosting/blob/main/docs/packages.md#analyzers";

    public static readonly DiagnosticDescriptor KeptMemory = new(
        "UDPACK001",
        "Memory of a packet is kept beyond its life",
        "The memory of this packet is lent until {0}, and reads another packet's bytes afterwards; keep a copy: ToArray()",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A packet's memory comes from a pool and goes back to it. Whoever kept it reads what another packet wrote there.",
        Help);

    public static readonly DiagnosticDescriptor UndisposedPacket = new(
        "UDPACK002",
        "A packet is never disposed",
        "This packet is never disposed, so its memory is not used again; put it into a using, or dispose it",
        "Reliability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A received packet is lent. One that is not disposed costs an allocation of its size, each time.",
        Help);

    public static readonly DiagnosticDescriptor RealDelay = new(
        "UDPACK003",
        "A delay without the TimeProvider",
        "{0} waits by the system's clock, which tests on a simulated network cannot move; pass it the application's TimeProvider",
        "Testability",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Code that takes its time from the TimeProvider runs on virtual time in tests; other code makes them wait, or sees timeouts fire early.",
        Help);
}
