namespace UDPack.Tool.Inspect.Decoding;

/// <summary>The values of the fields <c>state</c>, <c>kind</c> and <c>direction</c>.</summary>
internal static class States
{
    /// <summary>Nothing in it is encrypted, or only what no key log has.</summary>
    public const string Clear = "clear";

    public const string Encrypted = "encrypted";

    public const string Decrypted = "decrypted";

    public const string Malformed = "malformed";

    /// <summary>The capture kept the beginning only.</summary>
    public const string Cut = "cut";
}

internal static class Kinds
{
    public const string Shakehand = "shakehand";
    public const string Reply = "reply";
    public const string Refusal = "refusal";
    public const string Hint = "hint";
    public const string Confirmation = "confirmation";
    public const string Retry = "retry";
    public const string Protected = "protected";
    public const string ClearGoAway = "clear goaway";
    public const string Unknown = "unknown";
}

internal static class Directions
{
    public const string ToServer = "toServer";
    public const string ToClient = "toClient";
}
