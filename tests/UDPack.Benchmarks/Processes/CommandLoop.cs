using System.Globalization;

namespace UDPack.Benchmarks.Processes;

/// <summary>The child's side: reads commands until its input ends.</summary>
internal static class CommandLoop
{
    public static async Task RunAsync(string greeting, Func<string, long[], Task<long[]>> execute)
    {
        Console.WriteLine(greeting);
        while (await Console.In.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            long[] arguments = [.. parts.Skip(1).Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
            var answer = await execute(parts[0], arguments).ConfigureAwait(false);
            Console.WriteLine(string.Join(' ', answer.Select(number => number.ToString(CultureInfo.InvariantCulture))));
        }
    }
}
