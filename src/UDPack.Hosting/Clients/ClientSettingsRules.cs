using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Clients;

/// <summary>The rules written as attributes on the settings; the generator fills it in.</summary>
[OptionsValidator]
internal sealed partial class ClientSettingsRules : IValidateOptions<UdpackClientSettings>;
