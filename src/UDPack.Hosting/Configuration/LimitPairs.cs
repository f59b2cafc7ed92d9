using System.Globalization;

namespace UDPack.Hosting.Configuration;

/// <summary>Limits that start at one setting and may grow to another, which must not be less.</summary>
internal static class LimitPairs
{
    public static void Check(string path, UdpackServerOptions options, List<string> problems)
    {
        var shared = Rules($"{path}:Limits", options.Limits).ToList();
        problems.AddRange(shared.Where(pair => !pair.Holds).Select(pair => pair.RaiseLargest()));
        foreach (var (name, endpoint) in options.Endpoints)
        {
            var ownPath = $"{path}:Endpoints:{name}:Limits";
            foreach (var (own, common) in Rules(ownPath, endpoint.Limits).Zip(shared))
            {
                // What the endpoint says neither of is a matter of the common limits alone.
                var pair = own.FilledFrom(common);
                if ((own.First ?? own.Largest) is not null && !pair.Holds)
                {
                    problems.Add(own.Largest is null ? pair.LowerFirst() : pair.RaiseLargest());
                }
            }
        }
    }

    public static void Check(string path, UdpackClientSessionSettings session, List<string> problems) =>
        problems.AddRange(new[]
        {
            Pair(path, nameof(session.SessionCreditBytes), session.SessionCreditBytes, nameof(session.MaxSessionCreditBytes), session.MaxSessionCreditBytes),
            Pair(path, nameof(session.StreamCreditBytes), session.StreamCreditBytes, nameof(session.MaxStreamCreditBytes), session.MaxStreamCreditBytes),
            Pair(path, nameof(session.SendBufferBytes), session.SendBufferBytes, nameof(session.MaxSendBufferBytes), session.MaxSendBufferBytes),
        }.Where(pair => !pair.Holds).Select(pair => pair.RaiseLargest()));

    private static IEnumerable<LimitPair> Rules(string path, UdpackServerLimits limits) =>
    [
        Pair(path, nameof(limits.SessionCreditBytes), limits.SessionCreditBytes, nameof(limits.MaxSessionCreditBytes), limits.MaxSessionCreditBytes),
        Pair(path, nameof(limits.StreamCreditBytes), limits.StreamCreditBytes, nameof(limits.MaxStreamCreditBytes), limits.MaxStreamCreditBytes),
        Pair(path, nameof(limits.SendBufferBytes), limits.SendBufferBytes, nameof(limits.MaxSendBufferBytes), limits.MaxSendBufferBytes),
    ];

    private static IEnumerable<LimitPair> Rules(string path, UdpackEndpointLimits limits) =>
    [
        Pair(path, nameof(limits.SessionCreditBytes), limits.SessionCreditBytes, nameof(limits.MaxSessionCreditBytes), limits.MaxSessionCreditBytes),
        Pair(path, nameof(limits.StreamCreditBytes), limits.StreamCreditBytes, nameof(limits.MaxStreamCreditBytes), limits.MaxStreamCreditBytes),
        Pair(path, nameof(limits.SendBufferBytes), limits.SendBufferBytes, nameof(limits.MaxSendBufferBytes), limits.MaxSendBufferBytes),
    ];

    private static LimitPair Pair(string path, string firstName, int? first, string largestName, int? largest) =>
        new($"{path}:{firstName}", first, $"{path}:{largestName}", largest);

    private readonly record struct LimitPair(string FirstKey, int? First, string LargestKey, int? Largest)
    {
        public bool Holds => !(First > Largest);

        public LimitPair FilledFrom(in LimitPair common) => new(
            First is null ? common.FirstKey : FirstKey, First ?? common.First, Largest is null ? common.LargestKey : LargestKey, Largest ?? common.Largest);

        public string RaiseLargest() => SettingProblem.BadValue(LargestKey, Text(Largest), $"Set it to at least {FirstKey} ({Text(First)}).");

        public string LowerFirst() => SettingProblem.BadValue(FirstKey, Text(First), $"Set it to at most {LargestKey} ({Text(Largest)}), or raise that.");

        private static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
    }
}
