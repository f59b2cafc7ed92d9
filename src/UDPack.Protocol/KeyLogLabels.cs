namespace UDPack.Protocol;

/// <summary>What the lines of a key log begin with.</summary>
internal static class KeyLogLabels
{
    public const string Shakehand = "UDPACK_SHAKEHAND_KEY";
    public const string Client = "UDPACK_CLIENT_SECRET";
    public const string Server = "UDPACK_SERVER_SECRET";
}
