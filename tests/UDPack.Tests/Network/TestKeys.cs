using UDPack.Protocol;

namespace UDPack.Tests.Network;

/// <summary>Server keys made once per test run.</summary>
internal static class TestKeys
{
    public static ServerKey P256 { get; } = ServerKey.GenerateP256();

    public static ServerKey Other { get; } = ServerKey.GenerateP256();

    public static ServerKey Rsa { get; } = ServerKey.GenerateRsa(2048);
}
