using System.Globalization;
using System.Security.Cryptography;
using UDPack.Protocol;
using UDPack.Protocol.Crypto;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>The secrets of a key log (docs/inspect.md). Lines that are not understood are counted and stepped over.</summary>
internal sealed class KeyLogFile : IDisposable
{
    private readonly Dictionary<string, byte[]> _shakehands = [];
    private readonly Dictionary<uint, List<SessionSecrets>> _sessions = [];

    /// <summary>Lines that are neither blank, a comment nor a secret.</summary>
    public int UnknownLines { get; private set; }

    /// <summary>Shakehands and sessions that the log has secrets of.</summary>
    public int Count => _shakehands.Count + _sessions.Values.Sum(sessions => sessions.Count);

    /// <summary>Adds the lines of a log.</summary>
    public void Add(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length > 0 && !fields[0].StartsWith('#') && !TryAdd(fields))
            {
                UnknownLines++;
            }
        }
    }

    /// <summary>AEAD key and nonce of a shakehand; null if the log has none.</summary>
    public byte[]? FindShakehand(string hash) => _shakehands.GetValueOrDefault(hash);

    /// <summary>The sessions that had this id; ids are drawn again in the course of time.</summary>
    public IReadOnlyList<SessionSecrets> FindSessions(uint sessionId) => _sessions.TryGetValue(sessionId, out var found) ? found : [];

    public void Dispose()
    {
        foreach (var session in _sessions.Values.SelectMany(sessions => sessions))
        {
            session.ToServer?.Dispose();
            session.ToClient?.Dispose();
        }
    }

    private bool TryAdd(string[] fields)
    {
        if (fields.Length < 3 || TryHex(fields[1], SHA256.HashSizeInBytes) is not { } hash)
        {
            return false;
        }

        var shakehand = Convert.ToHexStringLower(hash);
        switch (fields[0])
        {
            case KeyLogLabels.Shakehand when fields.Length == 3 && TryHex(fields[2], ShakehandSealing.KeyAndNonceSize) is { } keyAndNonce:
                _shakehands[shakehand] = keyAndNonce;
                return true;
            case KeyLogLabels.Client or KeyLogLabels.Server when fields.Length == 5
                && fields[2].Length == 8
                && uint.TryParse(fields[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sessionId)
                && byte.TryParse(fields[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var algorithm)
                && CipherAlgorithms.KeySize((CipherAlgorithm)algorithm) > 0
                && TryHex(fields[4], KeySchedule.SecretSize) is { } secret:
                AddSession(shakehand, sessionId, (CipherAlgorithm)algorithm, secret, fields[0] == KeyLogLabels.Client);
                return true;
            default:
                return false;
        }
    }

    private void AddSession(string shakehand, uint sessionId, CipherAlgorithm algorithm, byte[] secret, bool isClients)
    {
        if (!_sessions.TryGetValue(sessionId, out var sessions))
        {
            _sessions.Add(sessionId, sessions = []);
        }

        // Client and server may write to one log, so everything can be there twice.
        var session = sessions.Find(known => known.ShakehandHash == shakehand && known.Algorithm == algorithm);
        if (session is null)
        {
            sessions.Add(session = new SessionSecrets(shakehand, sessionId, algorithm));
        }

        if (isClients)
        {
            session.ToServer ??= new DirectionKeys(algorithm, secret);
        }
        else
        {
            session.ToClient ??= new DirectionKeys(algorithm, secret);
        }
    }

    private static byte[]? TryHex(string text, int length)
    {
        var bytes = new byte[length];
        return text.Length == 2 * length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
