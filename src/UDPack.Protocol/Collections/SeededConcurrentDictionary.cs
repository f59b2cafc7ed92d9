using System.Collections.Concurrent;

namespace UDPack.Protocol.Collections;

/// <summary>As <see cref="SeededDictionary{TKey, TValue}"/>, written by one thread and read by any.</summary>
internal sealed class SeededConcurrentDictionary<TKey, TValue>(TableHash hash)
    : ConcurrentDictionary<TKey, TValue>(concurrencyLevel: 1, capacity: 31, (IEqualityComparer<TKey>)(object)hash)
    where TKey : notnull;
