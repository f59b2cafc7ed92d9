using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Running;

/// <summary>How programs of this repository fail.</summary>
internal static class Failures
{
    /// <summary>The program ends with exit code 1 and exactly one line on standard error; "*" in it stands for anything.</summary>
    public static async Task FailsWithAsync(this Program program, string message)
    {
        Assert.Equal(1, await program.ExitAsync());
        var pattern = Regex.Escape(message).Replace(@"\*", ".*", StringComparison.Ordinal);
        Assert.Matches($"^{pattern}$", Assert.Single(program.Error));
    }
}
