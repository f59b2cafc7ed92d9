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
            var report = new ShapeReport();
            UdpackShapes.Keys.Check(section, report);
            if (report.Problems.Count > 0)
            {
                // All other mistakes are in files, which are read later.
                throw new OptionsValidationException(Options.DefaultName, typeof(UdpackKeysOptions), report.Problems);
            }

            section.Bind(options);
        }
    }
}
