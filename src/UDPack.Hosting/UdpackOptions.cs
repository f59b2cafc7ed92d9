namespace UDPack.Hosting;

/// <summary>What an application plugs into its UDPack server in code. Settings are in <see cref="UdpackServerOptions"/>.</summary>
public sealed class UdpackOptions
{
    internal UdpackOptions(UdpackHandlers handlers) => Handlers = handlers;

    /// <summary>Who handles sessions.</summary>
    public UdpackHandlers Handlers { get; }
}
