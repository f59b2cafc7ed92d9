using System.Globalization;
using System.Text.Json;

namespace UDPack.Repository.Tests.Tidy;

/// <summary>The tree gets easier to read with every change, or stays as it is: see ratchet.json.</summary>
public sealed class RatchetTests
{
    private const string Record = "tests/UDPack.Repository.Tests/Tidy/ratchet.json";

    [Fact]
    public void No_measure_of_the_tree_rises_and_what_falls_is_recorded()
    {
        var recorded = JsonSerializer.Deserialize<SortedDictionary<string, long>>(Checkout.Text(Record))!;
        var found = Measures.All();

        var mistakes = found.Where(m => !recorded.TryGetValue(m.Key, out var limit) || m.Value != limit)
            .Select(m => Describe(m.Key, m.Value, recorded.TryGetValue(m.Key, out var limit) ? limit : null))
            .Concat(recorded.Keys.Except(found.Keys).Select(static name => $"{name}: is not measured any more; delete its line."));
        Assert.True(!mistakes.Any(), $"{Record}:\n{string.Join('\n', mistakes)}");
    }

    private static string Describe(string name, long found, long? limit) => limit switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"{name}: {found} is not recorded; add it."),
        _ when found > limit => string.Create(CultureInfo.InvariantCulture, $"{name}: {found}, and {limit} at most. Split what grew, or give the type to the folder it belongs to."),
        _ => string.Create(CultureInfo.InvariantCulture, $"{name}: only {found} now; lower {limit} to it, so that it stays."),
    };
}
