namespace UDPack.Protocol.Congestion;

/// <summary>Which controller an algorithm is. A new one is a class of its own, a value of <see cref="CongestionAlgorithm"/>, and a line here.</summary>
internal static class Controllers
{
    /// <summary>A controller for a path that nothing is known about yet.</summary>
    /// <param name="algorithm">Checked where options are: another value is a mistake of this library.</param>
    /// <param name="datagramSize">The size of datagrams, in bytes.</param>
    public static ICongestionController Create(CongestionAlgorithm algorithm, int datagramSize) => algorithm switch
    {
        CongestionAlgorithm.Cubic => new Cubic(datagramSize),
        CongestionAlgorithm.Bbr => new Bbr(datagramSize),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, $"There is no such congestion control. There are: {string.Join(", ", Enum.GetNames<CongestionAlgorithm>())}."),
    };
}
