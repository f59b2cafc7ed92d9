using System.Text.Json;

namespace UDPack.Protocol.Tests.Fixtures;

/// <summary>The JSON files beside this one.</summary>
internal static class Fixture
{
    public static JsonElement Handshake { get; } = Load("handshake.json");

    public static JsonElement Rfc9180 { get; } = Load("rfc9180-a3-1.json");

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static JsonElement Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name)));
        return document.RootElement.Clone();
    }
}
