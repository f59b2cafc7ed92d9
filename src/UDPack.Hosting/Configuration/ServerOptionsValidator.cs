using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace UDPack.Hosting.Configuration;

/// <summary>All rules of the server's options: the attributes' and those that concern several settings.</summary>
internal sealed class ServerOptionsValidator(UdpackConfiguration configuration, ICipherFactory ciphers) : IValidateOptions<UdpackServerOptions>
{
    private static readonly ServerOptionsRules Rules = new();
    private static readonly EndpointOptionsRules EndpointRules = new();

    public ValidateOptionsResult Validate(string? name, UdpackServerOptions options)
    {
        var path = configuration.ServerPath;
        List<string> problems = [.. options.Shape.Problems];
        AddFailures(Rules.Validate(path, options));
        foreach (var (endpoint, settings) in options.Endpoints)
        {
            AddFailures(EndpointRules.Validate($"{path}:Endpoints:{endpoint}", settings));
        }

        CheckHandshake($"{path}:Handshake", options.Handshake, problems);
        CheckCongestion($"{path}:Session", options.Session.Congestion, problems);
        LimitPairs.Check(path, options, problems);
        CheckConflicts(path, options, problems);

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void AddFailures(ValidateOptionsResult result) => problems.AddRange(result.Failures ?? []);
    }

    public static void CheckCongestion(string path, CongestionAlgorithm congestion, List<string> problems)
    {
        if (!Enum.IsDefined(congestion))
        {
            problems.Add(SettingProblem.BadValue(
                $"{path}:Congestion", congestion.ToString(), $"Set it to one of: {string.Join(", ", Enum.GetNames<CongestionAlgorithm>())}."));
        }
    }

    private void CheckHandshake(string path, UdpackHandshakeOptions handshake, List<string> problems)
    {
        if (handshake.AddressValidation == AddressValidation.UnderLoad && handshake.AddressValidationThreshold > handshake.MaxPending)
        {
            problems.Add(SettingProblem.BadValue(
                $"{path}:AddressValidationThreshold",
                Text(handshake.AddressValidationThreshold),
                $"Set it to at most {path}:MaxPending ({Text(handshake.MaxPending)}): beyond that it would never be reached."));
        }

        if (!Enum.IsDefined(handshake.AddressValidation))
        {
            problems.Add(SettingProblem.BadValue(
                $"{path}:AddressValidation", handshake.AddressValidation.ToString(), $"Set it to one of: {string.Join(", ", Enum.GetNames<AddressValidation>())}."));
        }

        for (var i = 0; i < handshake.Algorithms.Count; i++)
        {
            var algorithm = handshake.Algorithms[i];
            if (!Enum.IsDefined(algorithm) || !ciphers.IsSupported(algorithm))
            {
                problems.Add(SettingProblem.BadValue(
                    $"{path}:Algorithms:{Text(i)}",
                    algorithm.ToString(),
                    $"This machine has: {string.Join(", ", Enum.GetValues<CipherAlgorithm>().Where(ciphers.IsSupported))}."));
            }
        }
    }

    private static void CheckConflicts(string path, UdpackServerOptions options, List<string> problems)
    {
        var byEndPoint = new Dictionary<IPEndPoint, string>();
        foreach (var (name, own) in options.Endpoints)
        {
            if (!IpAddressAttribute.IsAddress(own.Address ?? options.EndpointDefaults.Address) || (own.Port ?? options.EndpointDefaults.Port) is < 0 or > IPEndPoint.MaxPort)
            {
                // Said already.
                continue;
            }

            var endPoint = EndpointPlan.Create(name, options).LocalEndPoint;
            if (endPoint.Port != 0 && !byEndPoint.TryAdd(endPoint, name))
            {
                problems.Add(
                    $"{path}:Endpoints:{name} and {path}:Endpoints:{byEndPoint[endPoint]} both use {endPoint}. Give one of them another Address or Port.");
            }
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
