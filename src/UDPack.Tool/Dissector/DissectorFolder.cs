namespace UDPack.Tool.Dissector;

/// <summary>Where Wireshark and tshark look for a user's own Lua scripts.</summary>
internal static class DissectorFolder
{
    /// <summary>This user's folder on this machine.</summary>
    public static string OfUser() => Of(
        OperatingSystem.IsWindows(),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>The folder as Wireshark names it ("Personal Lua Plugins" in Help, About, Folders). No XDG variable moves it.</summary>
    public static string Of(bool isWindows, string home, string applicationData) => isWindows
        ? Path.Combine(applicationData, "Wireshark", "plugins")
        : Path.Combine(home, ".local", "lib", "wireshark", "plugins");
}
