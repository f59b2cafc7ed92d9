namespace UDPack.Protocol.Collections;

/// <summary>A table whose keys others choose: cannot be made without the secret that keeps them from choosing ones that collide.</summary>
internal sealed class SeededDictionary<TKey, TValue>(TableHash hash) : Dictionary<TKey, TValue>((IEqualityComparer<TKey>)(object)hash)
    where TKey : notnull;
