using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Clients;

/// <summary>Reads "Udpack:Clients:{name}" into a client's settings, after checking that it has only known keys and readable values.</summary>
internal sealed class ClientSettingsBinder(string client, IConfiguration? configuration) : IConfigureNamedOptions<UdpackClientSettings>
{
    public void Configure(string? name, UdpackClientSettings options)
    {
        if (name == client && configuration is not null)
        {
            ClientOptionsFactory.Bind(configuration.GetSection(ClientRegistrations.PathOf(client)), options);
        }
    }

    public void Configure(UdpackClientSettings options)
    {
        // Only clients with a name have settings.
    }
}
