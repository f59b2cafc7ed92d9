using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Keys;

/// <summary>A key for development that is made on first run and kept, so that clients can keep its public half.</summary>
internal sealed partial class DevelopmentKeyStore : IKeyStore, IDisposable
{
    private const string FolderName = ".udpack";

    private readonly ChangeSignal _never = new();
    private readonly ILogger<DevelopmentKeyStore> _logger;

    public DevelopmentKeyStore(IHostEnvironment environment, UdpackConfiguration configuration, ILogger<DevelopmentKeyStore> logger)
    {
        _logger = logger;
        if (!environment.IsDevelopment())
        {
            var path = configuration.KeysPath;
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(UdpackKeysOptions),
                [
                    $"The development key is refused in the {environment.EnvironmentName} environment. Make a key with 'udpack keygen --name k1 --out keys', set {path}:Ring:k1:File to keys/k1.key.pem, and call AddPemKeys() instead of AddDevelopmentKey().",
                ]);
        }

        var folder = Path.Combine(environment.ContentRootPath, FolderName);
        var keyFile = Path.Combine(folder, "dev.key.pem");
        var publicFile = Path.Combine(folder, "dev.pub.pem");
        ServerKey key;
        try
        {
            key = ReadOrCreate(keyFile);
            WriteIfOther(publicFile, key.PublicKey.ToPem());
        }
        catch (Exception exception) when (exception is KeyLoadException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(UdpackKeysOptions),
                [$"The development key {keyFile} cannot be used: {exception.Message} Delete it to get a new one, or configure {configuration.KeysPath}:Ring."]);
        }

        Current = new ServerKeyRing(key);
        LogDevelopmentKey(keyFile, key.PublicKey.KeyIdText, publicFile);
    }

    public ServerKeyRing Current { get; }

    public IChangeToken GetChangeToken() => _never.Token;

    public void Dispose() => Current.Active.Dispose();

    private static void WriteIfOther(string publicFile, string text)
    {
        if (!File.Exists(publicFile) || File.ReadAllText(publicFile) != text)
        {
            KeyFileWriter.WritePublic(publicFile, text, overwrite: true);
        }
    }

    private static ServerKey ReadOrCreate(string keyFile)
    {
        if (!File.Exists(keyFile))
        {
            using var made = ServerKey.GenerateP256();
            try
            {
                KeyFileWriter.CreatePrivateFolder(Path.GetDirectoryName(keyFile)!);
                KeyFileWriter.WritePrivate(keyFile, made.ExportPkcs8Pem(), overwrite: false);
                File.WriteAllText(Path.Combine(Path.GetDirectoryName(keyFile)!, ".gitignore"), "*\n");
            }
            catch (IOException) when (File.Exists(keyFile))
            {
                // Another process of the same developer was faster; use its key.
            }
        }

        return KeyFile.Read("The development key", keyFile, "", null);
    }
}
