using Microsoft.Extensions.DependencyInjection;

namespace UDPack.Hosting;

/// <summary>Plugs parts into one client of the application. The verbs are extension methods.</summary>
public interface IUdpackClientBuilder
{
    /// <summary>The client's name.</summary>
    string Name { get; }

    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }
}
