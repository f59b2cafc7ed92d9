using Microsoft.Extensions.DependencyInjection;

namespace UDPack.Hosting;

/// <summary>Plugs parts into the application's UDPack server. The verbs are extension methods.</summary>
public interface IUdpackServerBuilder
{
    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Who handles sessions.</summary>
    UdpackHandlers Handlers { get; }
}
