using System.Text.Json;

namespace UDPack.Diagnostics;

/// <summary>The members of an enum as values of tags, by number: all that are used here count from 0 without gaps.</summary>
internal static class EnumNames
{
    public static string[] Of<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
