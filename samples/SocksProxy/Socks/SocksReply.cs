namespace SocksProxy.Socks;

/// <summary>How a request went (RFC 1928, 6). The exit sends it as the first byte of the stream, the local side passes it on.</summary>
internal enum SocksReply : byte
{
    Succeeded = 0,
    GeneralFailure = 1,
    NotAllowed = 2,
    NetworkUnreachable = 3,
    HostUnreachable = 4,
    ConnectionRefused = 5,
    TtlExpired = 6,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}
