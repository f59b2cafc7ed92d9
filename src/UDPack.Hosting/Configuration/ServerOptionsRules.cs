using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Configuration;

/// <summary>The rules written as attributes on the options; the generator fills it in.</summary>
[OptionsValidator]
internal sealed partial class ServerOptionsRules : IValidateOptions<UdpackServerOptions>;

/// <summary>The same for one endpoint, which stands in a map that the generator does not walk.</summary>
[OptionsValidator]
internal sealed partial class EndpointOptionsRules : IValidateOptions<UdpackEndpointOptions>;
