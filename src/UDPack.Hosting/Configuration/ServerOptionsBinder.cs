using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Configuration;

/// <summary>Reads "Udpack:Server" into the options, after checking that it has only known keys and readable values.</summary>
internal sealed class ServerOptionsBinder(UdpackConfiguration configuration) : IConfigureOptions<UdpackServerOptions>
{
    public void Configure(UdpackServerOptions options)
    {
        if (configuration.Server is { } section)
        {
            options.Shape = new ShapeReport();
            configuration.CheckSections(options.Shape.Problems);
            UdpackConfiguration.Readable(section, UdpackShapes.Server, options.Shape).Bind(options);
            if (section.IsGivenAsNull("Session", nameof(UdpackServerSessionOptions.IdleTimeout)))
            {
                options.Session.IdleTimeout = null;
            }

            if (section.IsGivenAsNull("Handshake", nameof(UdpackHandshakeOptions.RatePerPrefix)))
            {
                options.Handshake.RatePerPrefix = null;
            }
        }
    }
}
