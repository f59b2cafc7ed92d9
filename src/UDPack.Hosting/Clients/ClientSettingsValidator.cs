using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Clients;

/// <summary>All rules of a client's settings: those of making options of them, the key file included.</summary>
internal sealed class ClientSettingsValidator(string client, ClientParts parts) : IValidateOptions<UdpackClientSettings>
{
    public ValidateOptionsResult Validate(string? name, UdpackClientSettings options)
    {
        if (name != client)
        {
            return ValidateOptionsResult.Skip;
        }

        try
        {
            ClientOptionsFactory.Create(options, ClientRegistrations.PathOf(client), parts.BasePath, parts.HasTokenProvider(client), parts.KeyLogs);
            return ValidateOptionsResult.Success;
        }
        catch (OptionsValidationException exception)
        {
            return ValidateOptionsResult.Fail(exception.Failures);
        }
    }
}
