using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Handlers;

/// <summary>Decides which handler gets an endpoint's sessions.</summary>
internal static class HandlerTable
{
    /// <summary>The handler of each endpoint; problems are added when an endpoint has none or two.</summary>
    public static IReadOnlyDictionary<string, HandlerRegistration> Create(
        IReadOnlyCollection<HandlerRegistration> registrations, IReadOnlyList<EndpointPlan> endpoints, List<string> problems)
    {
        var byName = new Dictionary<string, HandlerRegistration>(StringComparer.OrdinalIgnoreCase);
        foreach (var group in registrations.GroupBy(registration => registration.EndpointName ?? "", StringComparer.OrdinalIgnoreCase))
        {
            var distinct = group.DistinctBy(registration => registration.Identity).ToArray();
            if (distinct.Length > 1)
            {
                var whose = group.Key.Length == 0 ? "The endpoints without a handler of their own have" : $"The endpoint '{group.Key}' has";
                problems.Add(
                    $"{whose} {distinct.Length} handlers: {string.Join(", ", distinct.Select(registration => registration.DisplayName))}. Keep one, or give the name of another endpoint when adding it.");
            }

            if (group.Key.Length > 0 && !endpoints.Any(endpoint => endpoint.Name.Equals(group.Key, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add(
                    $"{distinct[0].DisplayName} handles the endpoint '{group.Key}', which does not exist. The endpoints are: {string.Join(", ", endpoints.Select(endpoint => endpoint.Name))}.");
            }

            byName[group.Key] = distinct[0];
        }

        var table = new Dictionary<string, HandlerRegistration>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in endpoints)
        {
            if ((byName.GetValueOrDefault(endpoint.Name) ?? byName.GetValueOrDefault("")) is { } handler)
            {
                table[endpoint.Name] = handler;
            }
            else
            {
                problems.Add(
                    $"The endpoint '{endpoint.Name}' has no handler. Call AddUdpack(options => options.Handlers.Add<YourHandler>()) or AddUdpackServer().AddHandler<YourHandler>().");
            }
        }

        return table;
    }
}
