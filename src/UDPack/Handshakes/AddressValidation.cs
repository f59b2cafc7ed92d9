namespace UDPack;

/// <summary>When a server asks a client to prove its address with a retry cookie before any public-key work.</summary>
public enum AddressValidation
{
    /// <summary>When pending handshakes pass the configured threshold.</summary>
    UnderLoad,

    /// <summary>Always; costs every client one round trip more.</summary>
    Always,

    /// <summary>Never; the server relies on its limits alone.</summary>
    Never,
}
