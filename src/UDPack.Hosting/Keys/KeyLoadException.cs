namespace UDPack.Hosting.Keys;

/// <summary>One key that cannot be used; the message names the setting, the file and the fix.</summary>
internal sealed class KeyLoadException(string message, Exception? innerException = null) : Exception(message, innerException);
