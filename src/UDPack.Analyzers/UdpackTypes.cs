using Microsoft.CodeAnalysis;

namespace UDPack.Analyzers;

/// <summary>The types of a compilation that the rules are about; those of the host are missing where only the core is referenced.</summary>
internal sealed class UdpackTypes
{
    private UdpackTypes(Compilation compilation, INamedTypeSymbol packet)
    {
        Packet = packet;
        Memory = compilation.GetTypeByMetadataName("System.ReadOnlyMemory`1");
        PacketHandler = compilation.GetTypeByMetadataName("UDPack.Hosting.UdpackPacketHandler");
        SessionHandler = compilation.GetTypeByMetadataName("UDPack.Hosting.UdpackSessionHandler");
        Callbacks = compilation.GetTypeByMetadataName("UDPack.Hosting.UdpackCallbacks");
    }

    public INamedTypeSymbol Packet { get; }

    public INamedTypeSymbol? PacketHandler { get; }

    public INamedTypeSymbol? SessionHandler { get; }

    public INamedTypeSymbol? Callbacks { get; }

    private INamedTypeSymbol? Memory { get; }

    /// <summary>Null where UDPack is not referenced: then there is nothing to say.</summary>
    public static UdpackTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("UDPack.UdpackPacket") is { } packet ? new UdpackTypes(compilation, packet) : null;

    public bool IsPacket(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, Packet);

    public bool IsMemory(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type?.OriginalDefinition, Memory);

    public static bool Derives(ITypeSymbol? type, INamedTypeSymbol? from)
    {
        for (; type is not null && from is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, from))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a symbol is one of UDPack's own.</summary>
    public static bool IsOwn(ISymbol? symbol)
    {
        var space = symbol?.ContainingNamespace;
        while (space is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
        {
            space = space.ContainingNamespace;
        }

        return space?.Name == "UDPack";
    }
}
