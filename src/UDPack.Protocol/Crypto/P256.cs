using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>Points and agreements on P-256.</summary>
/// <remarks>
/// The dearest work of a server is here: two peer points imported, two agreements and one key made per handshake. What the
/// platform offers was measured in one run on one core: importing a point 163 to 169 µs by its coordinates and 186 µs as a
/// SubjectPublicKeyInfo; an agreement 193 µs; a key with the export of its point 134 to 140 µs. All of it together takes
/// 1034 µs with SubjectPublicKeyInfo, 1019 µs with coordinates, and 983 µs when the agreement itself imports the
/// coordinates (<see cref="PeerPoint"/>), which saves an object that would only be copied.
/// </remarks>
internal static class P256
{
    public const int PointSize = 65;
    public const int CoordinateSize = 32;
    public const int SecretSize = 32;

    private const byte Uncompressed = 0x04;

    private static readonly ECCurve Curve = ECCurve.NamedCurves.nistP256;

    /// <summary>Writes the public point of <paramref name="key"/>: 0x04, x, y.</summary>
    public static void ExportPoint(ECDiffieHellman key, Span<byte> point) => Encode(key.ExportParameters(false).Q, point);

    /// <summary>Writes a point: 0x04, x, y.</summary>
    public static void Encode(in ECPoint source, Span<byte> point)
    {
        if (source.X is not { Length: CoordinateSize } || source.Y is not { Length: CoordinateSize })
        {
            throw new CryptographicException("The key is not on P-256.");
        }

        point[0] = Uncompressed;
        source.X.CopyTo(point[1..]);
        source.Y.CopyTo(point[(1 + CoordinateSize)..PointSize]);
    }

    /// <summary>Whether these bytes have the form of an uncompressed point. It may still not lie on the curve.</summary>
    public static bool HasPointForm(ReadOnlySpan<byte> point) => point.Length == PointSize && point[0] == Uncompressed;

    /// <summary>Imports a point as a public key, after a check that it lies on the curve.</summary>
    public static bool TryImportPoint(ReadOnlySpan<byte> point, [NotNullWhen(true)] out ECDiffieHellman? key)
    {
        key = null;
        if (!HasPointForm(point))
        {
            return false;
        }

        try
        {
            key = ECDiffieHellman.Create(Decode(point));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// Agrees with a peer's point: the 32-byte x coordinate, leading zeros kept. False if the point is not a valid one.
    /// </summary>
    public static bool TryAgree(ECDiffieHellman own, ReadOnlySpan<byte> peerPoint, Span<byte> secret32)
    {
        if (!HasPointForm(peerPoint))
        {
            return false;
        }

        try
        {
            using var peer = new PeerPoint(Decode(peerPoint));
            var secret = own.DeriveRawSecretAgreement(peer);
            secret32[..(SecretSize - secret.Length)].Clear();
            secret.CopyTo(secret32[(SecretSize - secret.Length)..]);
            CryptographicOperations.ZeroMemory(secret);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>
    /// The same private key with its curve by name: one whose file wrote the parameters out agrees only with peers that do
    /// so too. The caller has checked that the curve is P-256.
    /// </summary>
    public static ECDiffieHellman WithNamedCurve(ECDiffieHellman key)
    {
        var parameters = key.ExportParameters(true);
        parameters.Curve = Curve;
        try
        {
            return ECDiffieHellman.Create(parameters);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    private static ECParameters Decode(ReadOnlySpan<byte> point) => new()
    {
        Curve = Curve,
        Q = new ECPoint
        {
            X = point.Slice(1, CoordinateSize).ToArray(),
            Y = point.Slice(1 + CoordinateSize, CoordinateSize).ToArray(),
        },
    };

    /// <summary>A peer's key as bare coordinates: the agreement imports and checks them itself.</summary>
    private sealed class PeerPoint(ECParameters parameters) : ECDiffieHellmanPublicKey
    {
        public override ECParameters ExportParameters() => parameters;
    }
}
