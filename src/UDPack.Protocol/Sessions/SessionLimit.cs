namespace UDPack.Protocol.Sessions;

/// <summary>Which limit leaves no room for another session.</summary>
internal enum SessionLimit
{
    /// <summary>None of them, now.</summary>
    None,

    /// <summary>All sessions of the endpoint.</summary>
    Endpoint,

    /// <summary>Those of the client's host.</summary>
    Address,

    /// <summary>Those of the client's address prefix.</summary>
    Prefix,
}
