using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Configuration;

/// <summary>Reads "Udpack:Keys" into the options, after checking that it has only known keys and readable values.</summary>
internal sealed class KeysOptionsBinder(UdpackConfiguration configuration) : IConfigureOptions<UdpackKeysOptions>
{
    public void Configure(UdpackKeysOptions options)
    {
        if (configuration.Keys is { } section)
        {
            UdpackConfiguration.CheckShape(section, UdpackShapes.Keys, [], typeof(UdpackKeysOptions));
            section.Bind(options);
        }
    }
}
