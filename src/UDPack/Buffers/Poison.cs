namespace UDPack.Buffers;

/// <summary>
/// A switch for those who look for memory that was kept beyond its packet's life: what goes back is overwritten and not used again, so that whoever kept it
/// reads a pattern instead of another packet's bytes. Costs an allocation for each packet.
/// </summary>
internal static class Poison
{
    /// <summary>The switch's name; the package's build/UDPack.props sets it in debug builds of applications.</summary>
    public const string SwitchName = "UDPack.PoisonReleasedPackets";

    /// <summary>What stands in memory that was given back.</summary>
    public const byte Pattern = 0xDD;

    /// <summary>Whether pools that are made from now on do so.</summary>
    public static bool IsOn => AppContext.TryGetSwitch(SwitchName, out var isOn) && isOn;
}
