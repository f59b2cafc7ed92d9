using System.Buffers.Binary;
using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Tests.Docs;

/// <summary>
/// The worked example in docs/protocol.md is what the code does, byte for byte. With UDPACK_UPDATE_DOCS=1 the document is
/// rewritten instead; then check it with Fixtures/verify-worked-handshake.mjs, which shares no code with this project.
/// </summary>
public sealed class WorkedHandshakeTests
{
    private const int HeaderSize = 16;
    private const int CounterSize = 8;
    private const int TagSize = 16;

    private readonly HexDocument _document = HexDocument.Load("docs", "protocol.md");

    [Fact]
    public void The_endpoints_send_what_the_document_says()
    {
        var values = Play();
        if (Environment.GetEnvironmentVariable("UDPACK_UPDATE_DOCS") == "1")
        {
            _document.Update(values);
            return;
        }

        foreach (var (name, parts) in values)
        {
            Assert.Equal(
                (name, Convert.ToHexStringLower([.. parts.SelectMany(static part => part.Bytes)])),
                (name, Convert.ToHexStringLower(_document[name])));
        }
    }

    private Dictionary<string, Part[]> Play()
    {
        var play = new WorkedHandshake(_document);
        play.Retry();
        play.Refuse();
        Assert.Equal(ConnectFailureKind.AuthenticationFailed, play.Failure?.Kind);
        play.Succeed();
        Assert.Equal(_document["packet"], Assert.Single(play.Received));
        Assert.Equal(SessionEndCause.ClosedByPeer, play.ServerEnd?.Cause);
        play.Forget(play.Datagrams["data"]);

        var values = new Dictionary<string, Part[]>();
        using var key = play.ServerKey();
        AddShakehand(values, play, key);
        AddKeys(values, play, key);
        AddDatagrams(values, play);
        AddRsa(values);
        return values;
    }

    private void AddShakehand(Dictionary<string, Part[]> values, WorkedHandshake play, ServerKey key)
    {
        var spki = key.PublicKey.SubjectPublicKeyInfo.Span;
        values["server-spki"] = Part.Of(spki);
        values["server-spki-sha256"] = Part.Of(SHA256.HashData(spki));

        var shakehand = play.Datagrams["shakehand"];
        var payload = shakehand.AsSpan(HeaderSize);
        var plaintext = new byte[payload.Length];
        Assert.True(ShakehandSealing.TryOpen(key, Id("client-id"), payload, plaintext, out var length));
        values["plaintext"] = Part.Cut(
            plaintext.AsSpan(0, length),
            (1, "version"), (1, "algorithm: AES-256-GCM"), (1, "key length"), (32, "key"), (1, "iv length"), (12, "iv"), (2, "token length"),
            (6, "token"), (1, "group: P-256"), (65, "client share"), (4, "parameter 0x02, 2 bytes: 1156"), (3, "parameter 0x04, 1 byte: 0"),
            (3, "parameter 0x05, 1 byte: 0"));

        Span<byte> shared = stackalloc byte[32];
        using var ephemeral = play.PrivateKey("hpke");
        Assert.True(Hpke.TryShare(ephemeral, key.PublicKey.Point, _document["hpke-point"], key.PublicKey.Point, shared));
        values["hpke-shared-secret"] = Part.Of(shared);
        Span<byte> aeadKey = stackalloc byte[16];
        Span<byte> nonce = stackalloc byte[12];
        Hpke.Schedule(shared, "udpack 1 shakehand"u8, aeadKey, nonce);
        values["hpke-key"] = Part.Of(aeadKey);
        values["hpke-nonce"] = Part.Of(nonce);
        values["shakehand-aad"] = Part.Of([.. _document["client-id"], .. payload[..5]]);
        values["shakehand"] = Part.Cut(
            shakehand,
            (4, "session id: client id, 0"), (8, "timestamp"), (1, "flags"), (1, "opcode 0xA"), (2, "payload length"),
            (1, "suite: HPKE"), (4, "key id"), (65, "enc"), (length, "ciphertext"), (TagSize, "tag"));
        values["shakehand-sha256"] = Part.Of(SHA256.HashData(payload));
    }

    private void AddKeys(Dictionary<string, Part[]> values, WorkedHandshake play, ServerKey key)
    {
        Span<byte> agreed = stackalloc byte[32];
        using var own = play.PrivateKey("server-share");
        Assert.True(P256.TryAgree(own, _document["client-share-point"], agreed));
        values["ecdh"] = Part.Of(agreed);

        byte[] share = [ShakehandPlaintext.P256Group, .. _document["server-share-point"]];
        var payloadHash = SHA256.HashData(play.Datagrams["shakehand"].AsSpan(HeaderSize));
        byte[] transcript =
        [
            .. "udpack 1"u8, .. key.PublicKey.SpkiHash, .. payloadHash, .. _document["client-id"], .. _document["server-id"], .. share,
        ];
        values["transcript-hash"] = Part.Of(SHA256.HashData(transcript));
        byte[] input = [.. _document["client-key"], .. _document["client-iv"], .. agreed];
        values["prk"] = Part.Of(HKDF.Extract(HashAlgorithmName.SHA256, input, SHA256.HashData(transcript)));

        Span<byte> toServer = stackalloc byte[32];
        Span<byte> toClient = stackalloc byte[32];
        KeySchedule.DeriveSecrets(
            key.PublicKey.SpkiHash, payloadHash, Id("client-id"), Id("server-id"), share, _document["client-key"], _document["client-iv"],
            agreed, toServer, toClient);
        AddDirection(values, "c2s", toServer);
        AddDirection(values, "s2c", toClient);

        Span<byte> reject = stackalloc byte[32];
        KeySchedule.DeriveReject(payloadHash, _document["client-key"], _document["client-iv"], reject);
        values["reject-secret"] = Part.Of(reject);
    }

    private static void AddDirection(Dictionary<string, Part[]> values, string direction, ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> iv = stackalloc byte[12];
        Span<byte> next = stackalloc byte[32];
        KeySchedule.DeriveKey(secret, key);
        KeySchedule.DeriveIv(secret, iv);
        KeySchedule.DeriveNext(secret, next);
        values[direction + "-secret"] = Part.Of(secret);
        values[direction + "-key"] = Part.Of(key);
        values[direction + "-iv"] = Part.Of(iv);
        values[direction + "-next-secret"] = Part.Of(next);
    }

    private static void AddDatagrams(Dictionary<string, Part[]> values, WorkedHandshake play)
    {
        values["reply"] = Part.Cut(
            play.Datagrams["reply"],
            (HeaderSize, "header"), (1, "code: success"), (1, "group: P-256"), (65, "server share"), (-25, "sealed parameters"),
            (CounterSize, "counter: generation 0, number 0"), (TagSize, "tag"));
        values["confirmation"] = Part.Cut(
            play.Datagrams["confirmation"], (HeaderSize, "header"), (1, "code: success"), (CounterSize, "counter: number 0"), (TagSize, "tag"));
        AddSealed("confirmation-ack", 1);
        AddSealed("data", 1);
        AddSealed("data-ack", 2);
        AddSealed("goaway", 2);
        values["refusal"] = Part.Cut(
            play.Datagrams["refusal"],
            (HeaderSize, "header"), (1, "code: authentication failed"), (1, "reason: token refused"), (16, "MAC"));
        values["retry"] = Part.Cut(
            play.Datagrams["retry"], (HeaderSize, "header"), (8, "start of the payload's SHA-256"), (-1, "cookie, opaque"));

        var first = play.Datagrams["shakehand"];
        var again = play.Datagrams["shakehand-again"];
        Assert.Equal(first[HeaderSize..], again[HeaderSize..first.Length]);
        values["shakehand-again-header"] = Part.Of(again.AsSpan(0, HeaderSize));
        values["shakehand-again-trailer"] = Part.Cut(again.AsSpan(first.Length), (1, "cookie length"), (-1, "cookie"));
        values["clear-goaway"] = Part.Cut(play.Datagrams["clear-goaway"], (HeaderSize, "header"), (1, "code: error"));

        void AddSealed(string name, int number) => values[name] = Part.Cut(
            play.Datagrams[name],
            (HeaderSize, "header"), (-25, "sealed"), (CounterSize, $"counter: number {number}"), (TagSize, "tag"));
    }

    private ushort Id(string name) => BinaryPrimitives.ReadUInt16BigEndian(_document[name]);

    private void AddRsa(Dictionary<string, Part[]> values)
    {
        var expanded = HKDF.Expand(HashAlgorithmName.SHA256, _document["rsa-secret"], 28, "udpack 1 rsa"u8.ToArray());
        values["rsa-key"] = Part.Of(expanded.AsSpan(0, 16));
        values["rsa-nonce"] = Part.Of(expanded.AsSpan(16));
    }
}
