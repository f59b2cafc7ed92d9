using Microsoft.Extensions.Primitives;

namespace UDPack.Hosting.Tests.Fakes;

internal sealed class FakeKeyStore : IKeyStore, IDisposable
{
    public ServerKeyRing Current { get; } = new(ServerKey.GenerateP256());

    public IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);

    public void Dispose() => Current.Active.Dispose();
}
