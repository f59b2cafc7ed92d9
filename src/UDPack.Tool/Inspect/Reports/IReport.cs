using UDPack.Tool.Inspect.Decoding;

namespace UDPack.Tool.Inspect.Reports;

/// <summary>Where decoded datagrams go.</summary>
internal interface IReport
{
    void Write(DatagramView datagram);
}
