namespace UDPack.Tool.Perf.Transfers;

/// <summary>Changes content behind the back of the verification. Only tests do, to see that it is found.</summary>
internal delegate ReadOnlyMemory<byte> ContentFault(ReadOnlyMemory<byte> content);
