namespace UDPack.Protocol.Streams;

/// <summary>Frames about a stream that wait to be written.</summary>
[Flags]
internal enum StreamControl : byte
{
    None = 0,
    Open = 1,
    Accept = 2,
    Close = 4,
    Credit = 8,
}
