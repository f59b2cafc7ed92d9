using System.Security.Cryptography;
using System.Text;
using UDPack.Protocol.Crypto;
using UDPack.Tool.Dissector;

namespace UDPack.Tool.Tests.Dissector;

/// <summary>The script's own cryptography against the platform's, in each Lua on this machine: some have operators for bits, some a library.</summary>
public sealed class CryptographyTests
{
    private const string EndOfCryptography = "-- Secrets: the key log";

    private static readonly int[] Lengths = [0, 1, 15, 16, 17, 63, 64, 65, 200, 1175];

    [LuaFact]
    public async Task It_computes_what_the_platform_computes()
    {
        var script = DissectorScript.Read();
        var end = script.IndexOf(EndOfCryptography, StringComparison.Ordinal);
        Assert.True(end > 0);
        var (checks, seed) = Checks();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""
                {{script[..end]}}
                local failures = 0
                local function from_hex(text) return (text:gsub("..", function(d) return string.char(tonumber(d, 16)) end)) end
                local function check(name, actual, expected)
                    if actual ~= (expected and from_hex(expected)) then
                        failures = failures + 1
                        print(name .. " is wrong")
                    end
                end
                {{checks}}
                print(failures == 0 and "all right" or "wrong")
                """);
            foreach (var lua in Programs.Luas)
            {
                var (_, output, error) = await Programs.RunAsync(lua, [file]);
                Assert.True(output.Trim() == "all right", $"{lua}, seed {seed}: {output} {error}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (string Checks, int Seed) Checks()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var checks = new StringBuilder();
        var factory = new SystemCipherFactory();
        foreach (var length in Lengths)
        {
            var data = Bytes(random, length);
            var key = Bytes(random, random.Next(1, 100));
            checks.AppendLine($"check('sha256 {length}', sha256(from_hex('{Hex(data)}')), '{Hex(SHA256.HashData(data))}')");
            checks.AppendLine($"check('hmac {length}', hmac(from_hex('{Hex(key)}'), from_hex('{Hex(data)}')), '{Hex(HMACSHA256.HashData(key, data))}')");
            foreach (var algorithm in Enum.GetValues<CipherAlgorithm>().Where(factory.IsSupported))
            {
                var aeadKey = Bytes(random, CipherAlgorithms.KeySize(algorithm));
                var nonce = Bytes(random, 12);
                var aad = Bytes(random, random.Next(0, 90));
                var sealedData = (byte[])data.Clone();
                var tag = new byte[16];
                using var cipher = factory.Create(algorithm, aeadKey);
                cipher.Seal(nonce, sealedData, tag, aad);
                var open = $"{(algorithm == CipherAlgorithm.ChaCha20Poly1305 ? "new_chacha" : "new_aes_gcm")}(from_hex('{Hex(aeadKey)}'))(from_hex('{Hex(nonce)}'), from_hex('{Hex(sealedData)}'),";
                checks.AppendLine($"check('{algorithm} {length}', {open} from_hex('{Hex(tag)}'), from_hex('{Hex(aad)}')), '{Hex(data)}')");
                tag[random.Next(16)] ^= 1;
                checks.AppendLine($"check('{algorithm} {length} forged', {open} from_hex('{Hex(tag)}'), from_hex('{Hex(aad)}')), nil)");
            }
        }

        // Limbs that are all ones find carries that random ones rarely have.
        var ones = new byte[64];
        Array.Fill(ones, (byte)0xFF);
        checks.AppendLine($"check('poly1305', poly1305(from_hex('{Hex([2, .. new byte[31]])}'), from_hex('{Hex(ones[..16])}')), '{Hex([3, .. new byte[15]])}')");
        return (checks.ToString(), seed);
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
