using UDPack.Hosting.Configuration;

namespace UDPack.Hosting.Keys;

/// <summary>Makes a key ring of settings, all of it or nothing.</summary>
internal static class KeyRingLoader
{
    /// <param name="options">The settings.</param>
    /// <param name="path">The settings' section, for messages.</param>
    /// <param name="contentRoot">What relative files are relative to.</param>
    /// <param name="isDevelopment">Whether keys may stand in the configuration itself.</param>
    /// <param name="problems">Gets what is wrong; if anything is, the result is null.</param>
    public static ServerKeyRing? Load(UdpackKeysOptions options, string path, string contentRoot, bool isDevelopment, List<string> problems)
    {
        var active = FindActive(options, path, problems);
        var keys = new Dictionary<string, ServerKey>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, entry) in options.Ring)
        {
            if (TryLoadEntry(options, entry, $"{path}:Ring:{id}", path, contentRoot, isDevelopment, problems) is { } key)
            {
                key.Name = id;
                keys[id] = key;
            }
        }

        if (problems.Count == 0)
        {
            return new ServerKeyRing(keys[active!], keys.Where(pair => !pair.Key.Equals(active, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Value));
        }

        foreach (var key in keys.Values)
        {
            key.Dispose();
        }

        return null;
    }

    /// <summary>Adds what is wrong in the entries of a section that has unknown or unreadable keys, but for entries that those mistakes are about.</summary>
    public static void CheckEntries(
        UdpackKeysOptions options, string path, string contentRoot, bool isDevelopment, ShapeReport report, List<string> problems)
    {
        foreach (var (id, entry) in options.Ring)
        {
            var key = $"{path}:Ring:{id}";
            if (!report.Names($"{key}:{nameof(entry.File)}") && !report.Names($"{key}:{nameof(entry.Pem)}") && !report.Names($"{key}:{nameof(entry.Password)}"))
            {
                TryLoadEntry(options, entry, key, path, contentRoot, isDevelopment, problems)?.Dispose();
            }
        }

        if (!string.IsNullOrEmpty(options.Active) && options.Ring.Count > 0 && !report.Names($"{path}:Ring") && !options.Ring.ContainsKey(options.Active))
        {
            FindActive(options, path, problems);
        }
    }

    /// <summary>The files that a ring is read from, in full.</summary>
    public static IEnumerable<string> Files(UdpackKeysOptions options, string contentRoot) =>
        options.Ring.Values.Where(entry => !string.IsNullOrEmpty(entry.File)).Select(entry => Path.GetFullPath(entry.File!, contentRoot));

    private static string? FindActive(UdpackKeysOptions options, string path, List<string> problems)
    {
        var names = string.Join(", ", options.Ring.Keys.Order(StringComparer.Ordinal));
        if (options.Ring.Count == 0)
        {
            problems.Add($"{path}:Ring has no key. Make one with 'udpack keygen --name k1 --out keys' and set {path}:Ring:k1:File to keys/k1.key.pem.");
        }
        else if (string.IsNullOrEmpty(options.Active))
        {
            if (options.Ring.Count == 1)
            {
                return options.Ring.Keys.First();
            }

            problems.Add($"{path}:Active is not set. Set it to the key that new clients are given: {names}.");
        }
        else if (!options.Ring.ContainsKey(options.Active))
        {
            problems.Add($"{path}:Active is '{options.Active}', which is not in {path}:Ring. Set it to one of: {names}.");
        }

        return options.Active;
    }

    /// <summary>The entry's key, or null and what is wrong with it.</summary>
    private static ServerKey? TryLoadEntry(
        UdpackKeysOptions options, UdpackKeyOptions entry, string path, string keysPath, string contentRoot, bool isDevelopment, List<string> problems)
    {
        try
        {
            return LoadEntry(options, entry, path, keysPath, contentRoot, isDevelopment);
        }
        catch (KeyLoadException exception)
        {
            problems.Add(exception.Message);
            return null;
        }
    }

    private static ServerKey LoadEntry(
        UdpackKeysOptions options, UdpackKeyOptions entry, string path, string keysPath, string contentRoot, bool isDevelopment)
    {
        var hasFile = !string.IsNullOrEmpty(entry.File);
        var hasPem = !string.IsNullOrEmpty(entry.Pem);
        var password = string.IsNullOrEmpty(entry.Password) ? options.Password : entry.Password;
        var passwordSetting = string.IsNullOrEmpty(entry.Password) && !string.IsNullOrEmpty(options.Password) ? $"{keysPath}:Password" : $"{path}:Password";
        return (hasFile, hasPem) switch
        {
            (true, true) => throw new KeyLoadException($"{path} has both File and Pem. Keep one of them."),
            (false, false) => throw new KeyLoadException($"{path} has no key. Set {path}:File to a PEM file."),
            (true, false) => KeyFile.Read($"{path}:File", Path.GetFullPath(entry.File!, contentRoot), passwordSetting, password),
            (false, true) when !isDevelopment => throw new KeyLoadException(
                $"{path}:Pem is for the Development environment only. Put the key into a file that only the server can read, and set {path}:File."),
            _ => KeyFile.Parse($"{path}:Pem", entry.Pem!, passwordSetting, password),
        };
    }
}
