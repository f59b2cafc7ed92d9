using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UDPack.Hosting.Keys;

namespace UDPack.Hosting.Configuration;

/// <summary>Reads "Udpack:Keys" into the options, after checking that it has only known keys and readable values.</summary>
internal sealed class KeysOptionsBinder(UdpackConfiguration configuration, IHostEnvironment environment) : IConfigureOptions<UdpackKeysOptions>
{
    public void Configure(UdpackKeysOptions options)
    {
        if (configuration.Keys is { } section)
        {
            var report = new ShapeReport();
            UdpackConfiguration.Readable(section, UdpackShapes.Keys, report).Bind(options);
            if (report.Problems.Count > 0)
            {
                // With what is wrong in the entries that can be read, so that all mistakes are told at once.
                List<string> problems = [.. report.Problems];
                KeyRingLoader.CheckEntries(options, configuration.KeysPath, environment.ContentRootPath, environment.IsDevelopment(), report, problems);
                throw new OptionsValidationException(Options.DefaultName, typeof(UdpackKeysOptions), problems);
            }
        }
    }
}
